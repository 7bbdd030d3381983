"""A small archive on disk for the pages to show, and a visitor to look at them.

The week of uk-2026 is Monday 6 to Friday 10 July 2026, and it is Wednesday noon (`NOW`). Six items of it by three
authors, whose every text is an attacker's; a seventh is hidden. Of the six sources one answers, one fails, one was
given up, one was never asked, one is a file and one is no longer configured.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboards import figures, serve
from dashboards.figures import Figure

SCHEMA = Path(__file__).parents[3] / "collector" / "archive" / "schema_1.sql"
NOW = "2026-07-08T12:00:00Z"
HOST = "127.0.0.1:8001"

SECRETS = {
    "archive_info": "TOMBSTONE-KEY",
    "raw_items": "RAW-BODY",
    "source_memory": "ETAG-VALUE",
    "tombstones": "asked to go",
}
HIDDEN = "words that were taken back"
HOSTILE = (
    "<script>window.ran = 1</script>",
    '"><img src=x onerror="window.ran = 1">',
    "<svg onload=window.ran=1>",
    "</title></textarea></style><script>window.ran = 1</script>",
    "{{ 7 * 7 }} ${7 * 7} \x1b[31mred\x1b[0m",
    '=HYPERLINK("http://evil.example";"co-production")',
)
"""One for each item: what an attacker would publish, name themselves or tag."""


def insert(conn: sqlite3.Connection, table: str, **values: Any) -> int:
    """A row with these values; every other column that must not be NULL gets an empty value of its type."""
    empty = {"TEXT": "", "INTEGER": 0, "BLOB": b"\0", "REAL": 0.0}
    for _, name, kind, notnull, default, key in conn.execute(f"PRAGMA table_info({table})").fetchall():
        if notnull and default is None and not (key and kind == "INTEGER") and name not in values:
            values[name] = "2026-07-06T10:00:00Z" if name.endswith("_at") else empty[kind]
    marks = ", ".join("?" * len(values))
    cursor = conn.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    return cursor.lastrowid or 0


def open_archive(path: Path, *, made_up: bool = False) -> sqlite3.Connection:
    """An archive with the schema as it stands, one campaign and no post."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.executescript(SCHEMA.read_text(encoding="utf-8"))
    insert(
        conn,
        "campaigns",
        id="uk",
        title="Co-production Week",
        organiser="scie",
        time_zone="Europe/London",
        hashtag="CoProWeek",
        lead_up_days=28,
        after_days=28,
    )
    insert(
        conn,
        "editions",
        id="uk-2026",
        campaign_id="uk",
        year=2026,
        title="Co-production Week 2026",
        theme="Sharing power",
        starts_on="2026-07-06",
        ends_on="2026-07-10",
        early_from_utc="2025-08-01T23:00:00Z",
        lead_up_from_utc="2026-06-07T23:00:00Z",
        week_from_utc="2026-07-05T23:00:00Z",
        week_to_utc="2026-07-10T23:00:00Z",
        after_to_utc="2026-08-07T23:00:00Z",
        frozen_at_utc="2026-09-04T23:00:00Z",
    )
    insert(conn, "editions", id="uk-2027", campaign_id="uk", year=2027, title="Co-production Week 2027")
    insert(conn, "organisations", id="scie", name="Social Care Institute for Excellence", kind="charity")
    insert(conn, "archive_info", key="tombstone_key", value=SECRETS["archive_info"])
    if made_up:
        insert(conn, "archive_info", key="made_up", value="1")
    return conn


def fill(conn: sqlite3.Connection) -> None:
    """Items, a hidden post, sources and how they did."""
    source = {"kind": "feed", "query_hash": "q", "added_at": "2026-06-01T00:00:00Z"}
    asked = {"last_tried_at": "2026-07-08T11:40:00Z", "due_at": "2026-07-08T12:10:00Z"}
    insert(
        conn,
        "sources",
        id=1,
        platform="blogs",
        locator="https://blog.example/",
        title="A blog",
        organisation_id="scie",
        last_success_at="2026-07-08T11:40:00Z",
        last_outcome="ok",
        **source,
        **asked,
    )
    insert(
        conn,
        "sources",
        id=2,
        platform="mastodon",
        locator="#CoProWeek",
        title=HOSTILE[0],
        failures=3,
        last_outcome="The server did not answer \x1b[31m<b>at all</b>",
        **source,
        **asked,
    )
    insert(
        conn,
        "sources",
        id=3,
        platform="blogs",
        locator="https://gone.example/",
        title="An old blog",
        retired_at="2026-07-01T00:00:00Z",
        retired_reason="410 Gone",
        **source,
    )
    insert(conn, "sources", id=4, platform="blogs", locator="https://new.example/", title="A new blog", **source)
    insert(
        conn,
        "sources",
        id=5,
        platform="blogs",
        locator="https://left.example/",
        title="A blog left out",
        configured=0,
        **source,
    )
    insert(
        conn, "sources", id=6, platform="linkedin", locator="posts.xlsx", title="A file", **source | {"kind": "file"}
    )
    insert(conn, "rounds", id=1, kind="collect", started_at="2026-07-07T02:00:00Z", software="test")
    insert(
        conn,
        "rounds",
        id=2,
        kind="collect",
        started_at="2026-07-08T11:40:00Z",
        finished_at="2026-07-08T11:41:00Z",
        software="test",
    )
    insert(
        conn,
        "round_sources",
        round_id=2,
        source_id=1,
        finished_at="2026-07-08T11:41:00Z",
        outcome="ok",
        new_posts=2,
        changed_posts=1,
        not_understood=2,
    )
    for start, end in (("2026-06-01T00:00:00Z", "2026-07-07T01:00:00Z"), ("2026-07-07T07:00:00Z", NOW)):
        insert(conn, "coverage", source_id=1, query_hash="q", round_id=2, from_utc=start, to_utc=end, state="complete")
    for number, text in enumerate(HOSTILE):
        platform = ("blogs", "mastodon", "x")[number % 3]
        author = insert(
            conn,
            "authors",
            platform=platform,
            native_id=f"{number}",
            handle=f"h{number}",
            name=text,
            organisation_id="scie" if number == 0 else None,
        )
        write(conn, number + 1, platform, author, f"2026-07-0{6 + number % 3}", text)
        tag = insert(conn, "hashtags", folded=text.lower())
        insert(conn, "post_hashtags", post_id=number + 1, hashtag_id=tag, as_written=text, origin="text")
        insert(
            conn,
            "media",
            post_id=number + 1,
            position=0,
            kind="image",
            url="javascript:window.ran=1",
            alt=text,
            alt_state="present",
        )
        insert(conn, "sightings", post_id=number + 1, source_id=1, first_round_id=2)
    write(conn, 7, "x", 1, "2026-07-07", HIDDEN, hidden_reason="missing at its origin")
    insert(
        conn,
        "media",
        post_id=7,
        position=0,
        kind="image",
        url="https://pictures.example/7",
        alt=HIDDEN,
        alt_state="present",
    )
    insert(
        conn,
        "raw_items",
        round_id=2,
        source_id=1,
        kind="item",
        body=zlib.compress(b"x") + SECRETS["raw_items"].encode(),
    )
    insert(conn, "source_memory", source_id=1, key="etag", value=SECRETS["source_memory"])
    insert(conn, "tombstones", scope="post", key_hash=b"1", reason=SECRETS["tombstones"])
    insert(conn, "removals", day="2026-07-07", platform="x", edition_id="uk-2026", reason="request", posts=2)
    insert(conn, "skipped", source_id=2, day="2026-07-07", reason="noindex", items=4)
    insert(conn, "edition_changes", edition_id="uk-2026", changed_at="2026-07-08T11:41:00Z")


def write(conn: sqlite3.Connection, post: int, platform: str, author: int, day: str, text: str, **values: Any) -> None:
    """A tagged post of the week and its words."""
    url = f"https://{platform}.example/{post}" if post % 2 else "javascript:window.ran=1"
    insert(
        conn,
        "posts",
        id=post,
        platform=platform,
        uri=f"uri:{post}",
        url=url,
        kind="post",
        author_id=author,
        published_at=f"{day}T09:00:00Z",
        published_from="stated",
        **values,
    )
    insert(conn, "post_texts", post_id=post, title=text, text=f"About co-production, #CoProWeek: {text}", html=text)
    insert(
        conn,
        "edition_posts",
        edition_id="uk-2026",
        post_id=post,
        phase="week",
        role="tagged",
        why=f"says {text}",
        local_day=day,
        local_hour=10,
    )


def drawn(figure: Figure) -> str:
    """In place of a chart, which takes a second to draw."""
    return f'<svg class="chart" role="img" aria-label="{figure.metric.title}"><text>{figure.metric.name}</text></svg>'


def make(path: Path, *, made_up: bool = False, draw: Callable[[Figure], str] = drawn) -> Path:
    """The archive described above, with its figures."""
    conn = open_archive(path, made_up=made_up)
    fill(conn)
    figures.refresh(conn, NOW, draw=draw)
    conn.close()
    return path


def clock() -> datetime:
    return datetime.fromisoformat(NOW)


class Visitor:
    """Asks an application for pages, on one event loop."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._runner = asyncio.Runner()

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, path, headers=headers, **more)

        return self._runner.run(asking())

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})

    def sql(self, sql: str, database: str = "archive") -> Any:
        """What Datasette answers to a visitor's SQL, as JSON."""
        response = self.ask("GET", f"/{database}.json", params={"sql": sql, "_shape": "arrays"})
        return response.json()

    def together(self, *paths: str) -> list[tuple[str, httpx.Response]]:
        """Ask for all at once: the answers in the order in which they came."""

        async def asking() -> list[tuple[str, httpx.Response]]:
            transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", timeout=60) as client:
                came: list[tuple[str, httpx.Response]] = []

                async def one(path: str) -> None:
                    came.append((path, await client.get(path)))

                await asyncio.gather(*(one(path) for path in paths))
                return came

        return self._runner.run(asking())

    def close(self) -> None:
        self._runner.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The archive described above and a demonstration of the same content, to copy."""
    folder = tmp_path_factory.mktemp("made")
    return make(folder / "archive.db"), make(folder / "demo.db", made_up=True)


@pytest.fixture
def archive_path(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(made[0], tmp_path))


@pytest.fixture
def demo_path(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copy(made[1], tmp_path))


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Callable[..., Visitor]]:
    """Makes a visitor of an archive and, where it is given, of a demonstration."""
    visitors = []

    def of(archive: Path, demonstration: Path | None = None, **more: Any) -> Visitor:
        visitors.append(Visitor(serve.make_app(archive, demonstration, clock=clock, **more)))
        return visitors[-1]

    yield of
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def own(visit: Callable[..., Visitor], archive_path: Path, demo_path: Path) -> Visitor:
    """Looks at copies of its own, for a test that changes them."""
    return visit(archive_path, demo_path)


@pytest.fixture(scope="session")
def visitor(made: tuple[Path, Path]) -> Iterator[Visitor]:
    """Looks at the archive described above and the demonstration beside it, which nobody changes."""
    looking = Visitor(serve.make_app(*made, clock=clock))
    yield looking
    looking.close()
