"""Whether a site lets its pages be read by us: robots.txt, asked for once a day and obeyed (RFC 9309).

Feeds are published to be polled and are not asked about here; article pages are. Reading the rules is Protego's: unlike
urllib.robotparser it knows `*` and `$`, which most sites use, and lets the longest rule win, as the standard says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from collector.http import Client
from collector.http.addresses import tidy
from collector.platforms import Trouble

if TYPE_CHECKING:
    from protego import Protego

LONGEST = 512 * 1024
"""Bytes of a robots.txt that are read; the standard asks for at least 500 KiB."""
_KEPT_FOR = timedelta(days=1)
_TRIED_AGAIN_AFTER = timedelta(hours=1)
_MOST_SITES = 500


class _Rules(NamedTuple):
    until: datetime
    rules: Protego | None
    """None: the whole site is `allowed` or not."""
    allowed: bool


class Robots:
    """Answers for many threads; what a site said is kept for a day, and that it did not answer for an hour."""

    def __init__(self, client: Client, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._client = client
        self._clock = clock
        self._agent = client.user_agent.partition("/")[0].partition(" ")[0]
        self._sites: dict[tuple[str, str, int], _Rules] = {}
        self._lock = threading.Lock()

    def allowed(self, url: str) -> bool:
        """Whether the page may be fetched now.

        A site without robots.txt (4xx) allows everything. One that answers 429 or 5xx, or not at all, allows nothing
        for now: it may be asked about again an hour later.

        Raises:
            Trouble: unsafe, if the URL is not one that could be asked at all.
        """
        target = tidy(url)
        site = target[:3]
        now = self._clock()
        with self._lock:
            known = self._sites.get(site)
        if known is None or known.until <= now:
            known = self._ask(target._replace(path="/robots.txt").url, now)
            with self._lock:
                self._sites.pop(site, None)
                self._sites[site] = known
                if len(self._sites) > _MOST_SITES:
                    del self._sites[next(iter(self._sites))]
        if known.rules is None:
            return known.allowed
        return known.rules.can_fetch(target.url, self._agent)

    def _ask(self, url: str, now: datetime) -> _Rules:
        try:
            response = self._client.get(url, accept="text/plain, */*;q=0.1")
        except Trouble:
            return _Rules(now + _TRIED_AGAIN_AFTER, None, False)
        if response.status == 429 or response.status >= 500:
            return _Rules(now + _TRIED_AGAIN_AFTER, None, False)
        if response.status != 200:
            return _Rules(now + _KEPT_FOR, None, True)
        from protego import Protego

        # The last line may be cut in two by the cap, and half a rule is another rule.
        text = response.body[:LONGEST]
        if len(response.body) > LONGEST:
            text = text[: text.rfind(b"\n") + 1]
        return _Rules(now + _KEPT_FOR, Protego.parse(text.decode("utf-8-sig", "replace")), True)
