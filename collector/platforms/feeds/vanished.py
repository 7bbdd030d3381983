"""Posts that a feed lists no more although it reaches further back: are they gone? Their own pages are asked.

That an entry is missing proves nothing (it may have lost the category that the feed is of). That its own page is gone
as well does.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from collector.http import Client
from collector.http.robots import Robots
from collector.platforms import Shown, Task, Trouble, identity_hash
from collector.platforms.feeds import polling
from collector.platforms.feeds.articles import is_own
from collector.platforms.feeds.identity import Blog, canonical_link
from collector.platforms.feeds.polling import Memory
from collector.posts import moment

MOST = 10
"""Pages asked for in one round."""
REMEMBERED = 200
"""Of those asked for on one day; each is asked for once a day."""
GONE = frozenset({404, 410})


class Looked(Struct, frozen=True, kw_only=True):
    uris: tuple[str, ...]
    """Of the posts whose pages are gone."""
    requests: int
    memory: Memory
    trouble: Trouble | None = None
    """The server asks to be left alone."""


def look(task: Task, client: Client, blog: Blog, oldest: str, names: Collection[str], memory: Memory) -> Looked:
    """Which of `task.listed` are gone: published after `oldest`, so that the feed should list them; not among the
    `names` that it lists; and their own page, on the feed's own site, is answered with 404 or 410."""
    day, *asked = memory.looked_for.split()[: REMEMBERED + 1] or [""]
    if day != task.now[:10]:
        day, asked = task.now[:10], []
    candidates = [
        shown
        for shown in sorted(task.listed, key=lambda shown: shown.published_at, reverse=True)
        if oldest < shown.published_at <= task.now and _is_missing(shown, names) and is_own(shown.url, blog)
    ]
    robots = Robots(client, clock=lambda: moment(task.now))
    gone: list[str] = []
    requests = 0
    trouble: Trouble | None = None
    for shown in candidates:
        short = identity_hash(shown.uri).hex()[:12]
        if short in asked:
            continue
        if requests >= MOST:
            break
        asked = [short, *asked]
        try:
            if not robots.allowed(shown.url):
                continue
            requests += 1
            response = client.get(shown.url, accept="text/html, application/xhtml+xml")
        except Trouble as caught:
            if caught.kind == "unreachable":
                break  # the others are on the same server
            continue
        trouble = polling.trouble(response, task.now, "page")
        if response.status in GONE and is_own(response.url, blog):
            gone.append(shown.uri)
        if trouble is not None and trouble.kind == "rate_limited":
            break
        trouble = None
    return Looked(
        uris=tuple(gone),
        requests=requests,
        memory=replace(memory, looked_for=" ".join([day, *asked[:REMEMBERED]])) if requests else memory,
        trouble=trouble,
    )


def _is_missing(shown: Shown, names: Collection[str]) -> bool:
    """Whether a post with a page of its own is not listed under any of its names."""
    mine = (shown.uri, *shown.aliases, canonical_link(shown.url))
    return shown.uri.startswith("https://") and not any(name in names for name in mine)
