"""Small builders at the edge: a configuration, posts, pages, and an archive to save them in. Everything is made up."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from collector.archive import campaigns, journal
from collector.archive.connection import connect
from collector.archive.saving import save_page
from collector.archive.visit import Saved
from collector.campaign import Account, Campaign, Configuration, Edition, Fetching, Organisation, Schedule, SourceSpec
from collector.matching import match
from collector.platforms import Page
from collector.posts import Author, Engagement, Hashtag, Post, Relation

NOW = "2026-07-08T12:00:00Z"
BEFORE = "2026-07-01T12:00:00Z"


def week(year: int, first: date | None, last: date | None, *, campaign: str = "uk") -> Edition:
    return Edition(
        id=f"{campaign}-{year}",
        campaign_id=campaign,
        year=year,
        title=f"Week {year}",
        starts_on=first,
        ends_on=last,
    )


UK = Campaign(
    id="uk",
    title="Co-production Week",
    organiser="organiser",
    time_zone="Europe/London",
    hashtags=("CoProWeek", "CoProductionWeek"),
    phrases=("co-production week",),
    baseline=("co-production",),
    lead_up_days=28,
    after_days=28,
    editions=(
        week(2025, date(2025, 6, 30), date(2025, 7, 4)),
        week(2026, date(2026, 7, 6), date(2026, 7, 10)),
        week(2027, None, None),
    ),
)
SCOTLAND = Campaign(
    id="scot",
    title="Co-production Week Scotland",
    organiser=None,
    time_zone="Europe/London",
    hashtags=("CoProWeekScot",),
    phrases=(),
    baseline=(),
    lead_up_days=28,
    after_days=28,
    editions=(week(2026, date(2026, 11, 16), date(2026, 11, 20), campaign="scot"),),
)
FEED = SourceSpec(
    platform="blogs", kind="feed", locator="https://blog.example/feed/", title="A blog", query_hash="terms-1"
)
SECOND_FEED = replace(FEED, locator="https://planet.example/feed/", title="A planet")
SEARCH = SourceSpec(platform="x", kind="search", locator="#CoProWeek", title="X search", query_hash="terms-1")
CONFIGURATION = Configuration(
    path="config.toml",
    archive="archive.db",
    contact=None,
    opt_out_page=None,
    campaigns=(UK, SCOTLAND),
    organisations=(
        Organisation(
            id="organiser",
            name="The Organiser",
            accounts=(Account(platform="x", handle="Organiser"), Account(platform="blogs", handle="www.blog.example")),
        ),
    ),
    sources=(FEED, SECOND_FEED, SEARCH),
    fetching=Fetching(
        user_agent="coproweek",
        deadline_seconds=5,
        max_bytes=1_000_000,
        max_decompressed_bytes=5_000_000,
        max_redirects=5,
        per_host=1,
        workers=2,
        allow_private_addresses=True,
    ),
    schedule=Schedule(in_week_minutes=20, in_phase_minutes=60, otherwise_minutes=360),
)


def article(number: int = 1, **changes: Any) -> Post:
    """A tagged article of `blog.example`, different for each number."""
    values: dict[str, Any] = {
        "platform": "blogs",
        "uri": f"https://blog.example/{number}",
        "url": f"https://blog.example/{number}",
        "aliases": (f"guid-{number}",),
        "kind": "article",
        "author": Author(platform="blogs", native_id="blog.example", handle="blog.example", name="A blog"),
        "title": f"Article {number}",
        "text": f"Words of article {number} about #CoProWeek",
        "html": f"<p>Words of article {number} about #CoProWeek</p>",
        "hashtags": (Hashtag(as_written="CoProWeek", origin="text"),),
        "published_at": "2026-07-06T09:00:00Z",
        "fingerprint": f"fingerprint of article {number}".encode(),
    }
    return Post(**{**values, **changes})


def comment(number: int = 1, on: str = "https://blog.example/1", **changes: Any) -> Post:
    values: dict[str, Any] = {
        "platform": "blogs",
        "uri": f"{on}#comment-{number}",
        "kind": "comment",
        "published_at": "2026-07-07T09:00:00Z",
        "relations": (Relation(kind="comment_on", uri=on),),
        "fingerprint": f"fingerprint of comment {number}".encode(),
    }
    return Post(**{**values, **changes})


def post(number: int = 1, **changes: Any) -> Post:
    """A tagged short post on X, each by a person of its own."""
    values: dict[str, Any] = {
        "platform": "x",
        "uri": f"https://x.example/person{number}/status/{number}",
        "url": f"https://x.example/person{number}/status/{number}",
        "author": Author(
            platform="x",
            native_id=str(1000 + number),
            handle=f"Person{number}",
            name=f"Person {number} (made up)",
            url=f"https://x.example/person{number}",
        ),
        "text": f"Short post {number} for #CoProWeek",
        "hashtags": (Hashtag(as_written="CoProWeek", origin="entity"),),
        "published_at": "2026-07-06T09:00:00Z",
    }
    return Post(**{**values, **changes})


def counts(at: str = NOW, *, via: str = "x.example", **values: Any) -> Engagement:
    return Engagement(observed_at=at, observed_via=via, **values)


class Archive(Struct):
    """An archive in a test's folder, with a hand to save pages and to ask questions."""

    path: Path
    conn: sqlite3.Connection
    configuration: Configuration
    round_id: int = 0

    def source(self, spec: SourceSpec = FEED) -> journal.SourceRow:
        return next(row for row in journal.sources(self.conn) if row.locator == spec.locator)

    def save(self, *posts: Post, source: SourceSpec = FEED, now: str = NOW, **page: Any) -> Saved:
        return self.save_page(Page(posts=tuple(posts), **page), source=source, now=now)

    def save_page(self, page: Page, *, source: SourceSpec = FEED, now: str = NOW) -> Saved:
        row = self.source(source)
        if not self.round_id:
            self.round_id = journal.begin_round(self.conn, "collect", now, "tests")
        return save_page(
            self.conn,
            round_id=self.round_id,
            source_id=row.id,
            query_hash=row.query_hash,
            page=page,
            matches=[match(one, self.configuration.campaigns) for one in page.posts],
            now=now,
        )

    def sync(self, configuration: Configuration, now: str = NOW) -> None:
        self.configuration = configuration
        campaigns.sync(self.conn, configuration, now)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.conn.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The only value of the only row."""
        ((value,),) = self.ask(sql, *values)
        return value

    def everything(self, *, without: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but `without`, to see that nothing changed."""
        tables = [
            name
            for (name,) in self.ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith(("sqlite_", "_sqlite", "post_search")) and name not in without
        ]
        return {table: sorted(self.ask(f"SELECT * FROM {table}"), key=repr) for table in tables}

    def bytes(self) -> bytes:
        """What a thief of the files would find."""
        return b"".join(
            file.read_bytes() for suffix in ("", "-wal", "-shm") if (file := Path(f"{self.path}{suffix}")).exists()
        )


def make(folder: Path) -> Archive:
    """An archive of `CONFIGURATION` with nothing in it yet.

    Copied from one that is made once, and without waiting for the disk: a test cares for neither.
    """
    path = folder / "archive.db"
    path.write_bytes(_empty())
    conn = connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    return Archive(path, conn, CONFIGURATION)


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        conn = connect(path, create=True)
        campaigns.sync(conn, CONFIGURATION, BEFORE)
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.close()
        return path.read_bytes()
