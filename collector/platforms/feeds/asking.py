"""Gets the newest page of a blog's feed: finds the feed, asks whether it has changed, follows it when it moves.

Which addresses to try is decided in `discovery.py`, what to ask and what an answer means in `polling.py`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from collector.http import Client, Response
from collector.platforms import Task, Trouble
from collector.platforms.feeds import discovery, polling
from collector.platforms.feeds.identity import host_of
from collector.platforms.feeds.parse import Document
from collector.platforms.feeds.polling import ACCEPT, Memory
from collector.platforms.feeds.reading import document

_VANISHED = frozenset({"not_found", "gone", "not_a_feed"})


class Asked(Struct, frozen=True, kw_only=True):
    """The newest page of a feed."""

    response: Response
    document: Document | None
    """None: it is what it was when it was last read."""
    memory: Memory
    """What to remember if the document is read to its end."""
    notes: tuple[str, ...] = ()
    requests: int
    received: int


def ask(task: Task, client: Client, *, whole: bool) -> Asked:
    """The newest page of the source's feed, wherever it is now; with `whole`, even if it has not changed.

    Raises:
        Trouble: the feed cannot be had. `gone` only after a second request has said so as well.
    """
    return _Asking(task, client, whole).ask()


class Found(Struct, frozen=True, kw_only=True):
    """A feed that was looked for, and where it is."""

    url: str
    response: Response
    document: Document


def discover(
    client: Client, page: Response, now: str, *, but_not: str = "", known: frozenset[bytes] = frozenset()
) -> Found | None:
    """The feed that belongs to a web page: the first of its candidates that is one.

    Raises:
        Trouble: rate_limited, after which nothing more is asked.
    """
    for url in discovery.candidates(page.url, page.body, page.headers.get("content-type", "")):
        if url in {but_not, page.url}:
            continue
        trouble = None
        with contextlib.suppress(Trouble):  # an address that cannot be asked is no feed; the next may be one
            response = client.get(url, accept=ACCEPT)
            trouble = polling.trouble(response, now)
            if trouble is None and (found := document(response, known)) is not None:
                return Found(url=url, response=response, document=found)
        if trouble is not None and trouble.kind == "rate_limited":
            raise trouble
    return None


class _Asking:
    def __init__(self, task: Task, client: Client, whole: bool) -> None:
        self.task = task
        self.client = client
        self.whole = whole
        self.memory = Memory.of(task.memory)
        self.configured = discovery.polled(task.source.locator)
        self.requests = 0
        self.received = 0

    def ask(self) -> Asked:
        if not self.memory.feed_url or self.memory.feed_url == self.configured:
            return self._at_configured()
        try:
            return self._at(self.memory.feed_url)
        except Trouble as trouble:
            if trouble.kind not in _VANISHED:
                raise
            vanished = self.memory.feed_url
            self.memory = Memory()
            try:
                return self._at_configured(but_not=vanished)
            except Trouble:
                raise trouble from None

    def _at_configured(self, but_not: str = "") -> Asked:
        """The feed at the address that is configured, or else the one that the page there leads to."""
        response, sent = self._get(self.configured)
        if trouble := self._judged(response, sent):
            raise trouble
        if self._unchanged(response):
            return self._asked(self.configured, response, None, sent)
        found = document(response, self.task.known.fingerprints)
        if found is not None:
            return self._asked(self.configured, response, found, sent)
        belonging = discover(self.client, response, self.task.now, but_not=but_not, known=self.task.known.fingerprints)
        if belonging is None:
            raise self._no_feed(response)
        self.requests += belonging.response.requests
        self.received += belonging.response.wire_bytes
        self.memory = Memory(feed_url=belonging.url)
        note = f"Its feed was found at {belonging.url}."
        return self._asked(belonging.url, belonging.response, belonging.document, {}, note)

    def _at(self, url: str) -> Asked:
        response, sent = self._get(url)
        if trouble := self._judged(response, sent):
            raise trouble
        if self._unchanged(response):
            return self._asked(url, response, None, sent)
        found = document(response, self.task.known.fingerprints)
        if found is None:
            raise polling.not_a_feed(response)
        return self._asked(url, response, found, sent)

    def _unchanged(self, response: Response) -> bool:
        """Whether the feed is, by its server's word or byte for byte, what it was when it was read last."""
        if response.status == 304:
            return True
        return not self.whole and bool(self.memory.body) and polling.body_hash(response.body) == self.memory.body

    def _get(self, url: str) -> tuple[Response, dict[str, str]]:
        sent = {} if self.whole else polling.condition(self.memory, self.task.now)
        response = self._once(url, sent)
        if response.status == 410:
            # Nothing is given up on the word of one answer.
            response, sent = self._once(url, {}), {}
        return response, sent

    def _once(self, url: str, headers: Mapping[str, str]) -> Response:
        response = self.client.get(url, headers=headers, accept=ACCEPT)
        self.requests += response.requests
        self.received += response.wire_bytes
        return response

    def _judged(self, response: Response, sent: Mapping[str, str]) -> Trouble | None:
        return None if response.status == 304 and sent else polling.trouble(response, self.task.now)

    def _no_feed(self, response: Response) -> Trouble:
        trouble = polling.not_a_feed(response)
        if not polling.looks_like_html(response.body):
            return trouble
        return Trouble(
            "not_a_feed",
            f"{host_of(response.url)} gave a web page that names no feed, and there is none at the usual places. "
            "Write the address of the blog's front page, or of its feed.",
            http_status=response.status,
            body=trouble.body,
        )

    def _asked(
        self, url: str, response: Response, found: Document | None, sent: Mapping[str, str], note: str = ""
    ) -> Asked:
        """What was got, with what is to be remembered of it."""
        before = self.memory
        if response.status == 304:
            memory = replace(before, asked_at=self.task.now)
        else:
            memory = polling.after_whole(before, response, sent, self.task.now)
        if found is not None:
            period = found.about.period_seconds
            memory = replace(memory, entries=str(len(found.listed)), period=str(period) if period else "")
            if polling.frozen(before, response, sent) and any(not entry.known for entry in found.listed):
                memory = polling.without_conditions(memory)
        memory, moved = polling.after_move(memory, response, url)
        return Asked(
            response=response,
            document=found,
            memory=memory,
            notes=tuple(one for one in (note, moved) if one),
            requests=self.requests,
            received=self.received,
        )
