"""The seam between rounds and platforms. One module a platform; none of them knows SQL or campaigns.

A platform module offers one function, `collect(task, client) -> Iterator[Page]`:

* it is given a `Task`: which source, which stretches of time are still missing, what it remembered from last time,
  and which items are already known;
* it yields a `Page` for each answer it got. The round saves each page in one transaction, together with the interval
  of time the page truly covered, *before* it asks for the next one, so a crash loses at most the page under way;
* it raises `Trouble` when an answer cannot be used. Pages already yielded stay saved, and what is not covered is a gap
  that the next round finds in the ledger and fills. It never sleeps: when to come back is said in the page or trouble.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from collector.posts import Interval, Post, Unread

CoverageState = Literal["complete", "provisional", "truncated", "closed"]
TroubleKind = Literal[
    "unreachable",  # no answer: DNS, refused, reset, deadline
    "server_error",  # 5xx
    "not_found",  # 404
    "gone",  # 410: it is retired
    "refused",  # 401, 403, robots.txt
    "rate_limited",  # 429, 503 with Retry-After
    "not_a_feed",  # HTML or nothing where a feed should be
    "too_large",  # a cap was reached
    "unsafe",  # an address, scheme or redirect that is not allowed
]


class Source(Struct, frozen=True, kw_only=True):
    """One place to ask, as the archive knows it."""

    id: int
    platform: str
    kind: str
    """feed, tag_timeline, search, …: the platform module's own word for how it is asked."""
    locator: str
    """The address or query as configured."""
    title: str
    organisation_id: str | None = None
    settings: Mapping[str, Any] = {}


class Known(Struct, frozen=True, kw_only=True):
    """What the archive already has of a source, as hashes: nothing is stored of an item that did not match."""

    fingerprints: frozenset[bytes] = frozenset()
    """Raw items met before, byte for byte."""
    identities: frozenset[bytes] = frozenset()
    """Items met before, whatever they say now (`identity_hash`)."""


class Task(Struct, frozen=True, kw_only=True):
    source: Source
    now: str
    wanted: Interval
    """The whole stretch this source should cover: from the first edition to be backfilled until now."""
    missing: tuple[Interval, ...]
    """What of it the ledger does not show as covered, newest first."""
    memory: Mapping[str, str]
    """What this platform asked to be remembered (validators, a moved address, a feed found by discovery)."""
    known: Known
    threads: tuple[Thread, ...] = ()
    listed: tuple[Shown, ...] = ()
    """Posts of the last weeks that this source gave and the archive shows: one that it lists no more is looked for."""
    limits: Limits


class Thread(Struct, frozen=True, kw_only=True):
    """A matched post with more comments than the archive knows: its comment feed is read as its context."""

    post_uri: str
    comments_url: str


class Shown(Struct, frozen=True, kw_only=True):
    """A post that a source gave before and the archive shows."""

    uri: str
    url: str
    published_at: str
    aliases: tuple[str, ...] = ()


class Limits(Struct, frozen=True, kw_only=True):
    """How much of one source one round may take; the rest is a gap for the next round."""

    pages: int = 50
    items: int = 5_000
    comments: bool = True
    """Collect the comment feeds of matched posts as context."""
    comment_text: bool = False
    """Keep the words of comments too. Off: only that there was one, and when."""


class Covered(Struct, frozen=True, kw_only=True):
    interval: Interval
    state: CoverageState = "complete"
    reason: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """What one answer gave. All of it is saved in one transaction."""

    posts: tuple[Post, ...] = ()
    unread: tuple[Unread, ...] = ()
    unchanged: int = 0
    """Items known byte for byte, which were not read again."""
    expired: tuple[str, ...] = ()
    """URIs of posts whose origin says, by positive evidence, that they are gone."""
    threads_read: tuple[str, ...] = ()
    """Post URIs of the `Task.threads` whose comment feeds end with this page, whether or not they held anything."""
    covered: tuple[Covered, ...] = ()
    remember: Mapping[str, str | None] = {}
    """Changes to `Task.memory`; None forgets a key."""
    http_status: int | None = None
    requests: int = 1
    bytes_received: int = 0
    due_after_seconds: int | None = None
    """The soonest the server wants to be asked again (Cache-Control, ttl, sy:updatePeriod), not yet clamped."""
    raw: bytes | None = None
    """The page as it came, for the raw table (7 days), where it holds anything new."""
    note: str = ""
    """What a person should know of it: "moved for good to …", "feed found at …"."""


class Trouble(Exception):
    """An answer that cannot be used, in words a comms officer understands."""

    def __init__(
        self,
        kind: TroubleKind,
        message: str,
        *,
        http_status: int | None = None,
        retry_after_seconds: int | None = None,
        body: bytes | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds
        self.body = body
        """What was received and could not be used, kept with the raw items."""


class Platform(Protocol):
    """What a platform module is."""

    def collect(self, task: Task, client: Any) -> Iterator[Page]: ...


def identity_hash(identity: str) -> bytes:
    """The 16 bytes by which an item is recognised again without keeping anything of it."""
    import hashlib

    return hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).digest()
