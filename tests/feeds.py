"""What tests of feeds share: a reader that visits one blog again and again and remembers what the archive would, and
builders of small feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collector.http import Client
from collector.intervals import missing, union
from collector.platforms import Known, Limits, Page, Shown, Source, Task, Thread, Trouble, identity_hash
from collector.platforms.feeds import collect
from collector.posts import Interval, Post, Unread

WANTED = "2015-01-01T00:00:00Z"
FIRST, SECOND, THIRD, FOURTH = (f"2026-07-10T{hour:02}:00:00Z" for hour in (10, 11, 12, 13))

NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:wfw="http://wellformedweb.org/CommentAPI/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)


def rss(items: str | Iterable[str], channel: str = "<title>A made-up blog</title>") -> bytes:
    """An RSS 2.0 document around items as they are."""
    body = items if isinstance(items, str) else "".join(items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}>'
        f"<channel>{channel}{body}</channel></rss>"
    ).encode()


def item(number: int, *, date: str = "", more: str = "", link: str = "", guid: str = "") -> str:
    """An item with a title, an address, a guid and a date: one day of July 2026 for each number, unless it is given."""
    when = date or f"{number:02} Jul 2026 09:00:00 GMT"
    return (
        f"<item><title>Entry {number}</title><link>{link or f'https://blog.example/{number}'}</link>"
        f'<guid isPermaLink="false">{guid or f"entry-{number}"}</guid><pubDate>{when}</pubDate>{more}</item>'
    )


def atom(entries: str | Iterable[str], feed: str = "<title>A made-up blog</title>", attributes: str = "") -> bytes:
    body = entries if isinstance(entries, str) else "".join(entries)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xmlns:thr="http://purl.org/syndication/thread/1.0" xmlns:openSearch="http://a9.com/-/spec/opensearch/1.1/" '
        f"{attributes}>{feed}{body}</feed>"
    ).encode()


@dataclass
class Visit:
    """What one visit gave."""

    pages: list[Page]
    trouble: Trouble | None

    @property
    def posts(self) -> list[Post]:
        return [post for page in self.pages for post in page.posts]

    @property
    def titles(self) -> list[str | None]:
        return [post.title for post in self.posts]

    @property
    def unread(self) -> list[Unread]:
        return [unread for page in self.pages for unread in page.unread]

    @property
    def covered(self) -> list[tuple[str, str]]:
        """What was covered completely, as joined stretches of days or moments."""
        stretches = [row.interval for page in self.pages for row in page.covered if row.state == "complete"]
        return [(short(one.from_utc), short(one.to_utc)) for one in union(stretches)]

    @property
    def truncated(self) -> list[tuple[str, str]]:
        stretches = [row.interval for page in self.pages for row in page.covered if row.state == "truncated"]
        return [(short(one.from_utc), short(one.to_utc)) for one in union(stretches)]

    @property
    def notes(self) -> str:
        return " ".join(page.note for page in self.pages if page.note)

    @property
    def requests(self) -> int:
        return sum(page.requests for page in self.pages)

    @property
    def kind(self) -> str:
        """What kind of trouble there was."""
        return self.trouble.kind if self.trouble else ""


def short(when: str) -> str:
    """A moment as tests write it: the day alone where it is midnight."""
    return when.removesuffix("T00:00:00Z").removesuffix(":00Z").removesuffix(":00")


@dataclass
class Reader:
    """Reads one blog as rounds do, and remembers of it what the archive would."""

    client: Client
    address: str
    wanted: str = WANTED
    memory: dict[str, str] = field(default_factory=dict)
    covered: list[Interval] = field(default_factory=list)
    fingerprints: set[bytes] = field(default_factory=set)
    identities: set[bytes] = field(default_factory=set)
    posts: dict[str, Post] = field(default_factory=dict)
    """By URI, each as it was met last."""

    shown: tuple[Shown, ...] = ()

    def task(self, now: str, threads: Sequence[Thread] = (), limits: Limits | None = None) -> Task:
        wanted = Interval(self.wanted, now)
        return Task(
            source=Source(id=1, platform="blogs", kind="feed", locator=self.address, title="A made-up blog"),
            now=now,
            wanted=wanted,
            missing=missing(wanted, self.covered),
            memory=dict(self.memory),
            known=Known(fingerprints=frozenset(self.fingerprints), identities=frozenset(self.identities)),
            threads=tuple(threads),
            listed=self.shown,
            limits=limits or Limits(),
        )

    def visit(
        self,
        now: str = FIRST,
        *,
        threads: Sequence[Thread] = (),
        limits: Limits | None = None,
        pages: int | None = None,
    ) -> Visit:
        """One round of the source; with `pages`, it is killed after so many pages have been saved."""
        visit = Visit([], None)
        try:
            for page in collect(self.task(now, threads, limits), self.client):
                visit.pages.append(page)
                self.save(page)
                if pages is not None and len(visit.pages) >= pages:
                    break
        except Trouble as trouble:
            visit.trouble = trouble
        return visit

    def save(self, page: Page) -> None:
        for post in page.posts:
            self.posts[post.uri] = post
            self.identities.update(identity_hash(name) for name in (post.uri, *post.aliases))
            if post.fingerprint is not None:
                self.fingerprints.add(post.fingerprint)
        self.covered.extend(row.interval for row in page.covered)
        for name, value in page.remember.items():
            if value is None:
                self.memory.pop(name, None)
            else:
                self.memory[name] = value
