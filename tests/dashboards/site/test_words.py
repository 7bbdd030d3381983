"""How the schema's comments, moments and stretches of time are put into words."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.site import sources, words
from dashboards.site.addresses import query_title, tidy
from dashboards.site.descriptions import describe
from dashboards.site.sources import Source
from tests.dashboards.site.conftest import NOW, SCHEMA


def described(sql: str) -> dict[str, tuple[str, dict[str, str]]]:
    conn = sqlite3.connect(":memory:")
    conn.executescript(sql)
    found = describe(conn.execute("SELECT type, name, sql FROM sqlite_master"))
    return {name: (description.text, dict(description.columns)) for name, description in found.items()}


def test_comments_become_descriptions() -> None:
    found = described(
        """
        CREATE TABLE things (
            -- What a thing is, over
            -- two lines.
            id INTEGER PRIMARY KEY, -- its number
            "quoted" TEXT CHECK (quoted <> '--' AND quoted <> "--"), -- a name: with -- inside
            plain TEXT,
            long TEXT NOT NULL DEFAULT 'x', -- begins here
                -- and ends here
            PRIMARY_NAME TEXT, -- not a constraint
            UNIQUE (plain), -- of no column
            FOREIGN KEY (plain) REFERENCES things(id)
        );
        ALTER TABLE things ADD COLUMN later TEXT;
        """
    )
    assert found["things"] == (
        "What a thing is, over two lines.",
        {
            "id": "its number",
            "quoted": "a name: with -- inside",
            "long": "begins here and ends here",
            "PRIMARY_NAME": "not a constraint",
        },
    )


def test_a_views_columns_are_described_in_their_tables_words() -> None:
    found = described(
        """
        CREATE TABLE things (
            id INTEGER, -- its number
            name TEXT, -- its name
            url TEXT -- where it is
        );
        CREATE VIEW shown AS
            -- Things as people see them.
            SELECT
                things.id AS number, things.name, COALESCE(things.url, 'none', 1) AS address, 1 AS one, length('FROM')
            FROM things WHERE things.id > 0;
        """
    )
    text, columns = found["shown"]
    assert text == "Things as people see them."
    assert columns == {"number": "its number", "name": "its name", "address": "where it is"}


def test_every_table_and_column_of_the_archive_is_described() -> None:
    conn = sqlite3.connect(":memory:")
    conn.executescript(SCHEMA.read_text(encoding="utf-8"))
    found = describe(conn.execute("SELECT type, name, sql FROM sqlite_master"))
    for name, description in found.items():
        if name.startswith(("post_search", "sqlite_")):
            continue
        columns = {row[1] for row in conn.execute(f"PRAGMA table_info({name})")}
        assert description.text, name
        assert set(description.columns) == columns, name


@given(st.lists(st.tuples(st.sampled_from(["table", "view"]), st.text(max_size=5), st.text(max_size=80)), max_size=4))
def test_no_schema_breaks_the_descriptions(statements: list[tuple[str, str, str]]) -> None:
    describe(statements)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"), (59, "just now"), (60, "1 minute ago"), (7199, "119 minutes ago"), (7200, "2 hours ago"),
        (172_799, "47 hours ago"), (172_800, "2 days ago"),
    ],
)  # fmt: skip
def test_how_long_ago(seconds: int, said: str) -> None:
    then = words.stamp(datetime.fromisoformat(NOW) - timedelta(seconds=seconds))
    assert words.ago(then, NOW) == said
    assert words.ahead(NOW, then) == ("now" if said == "just now" else f"in {said.removesuffix(' ago')}")


def test_a_moment_is_written_where_the_campaign_is() -> None:
    assert words.local("2026-07-08T23:30:00Z", "Europe/London") == "00:30 on Thursday 9 July 2026"
    assert words.local("2026-11-18T23:30:00Z", "Europe/London") == "23:30 on Wednesday 18 November 2026"


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)))
def test_moments_are_written_and_read_alike(when: datetime) -> None:
    whole = when.replace(microsecond=0, tzinfo=UTC)
    assert words.moment(words.stamp(whole)) == whole


def test_titles_tell_queries_apart() -> None:
    assert query_title("select  1\n", "", {}) == "select 1"
    assert (
        query_title("x", "Items per day", {"platform": "", "edition": "uk"})
        == "Items per day (edition uk, platform any)"
    )
    long = "select " + "a" * 300
    assert query_title(long + "1", "", {}) != query_title(long + "2", "", {})
    assert len(query_title(long, "", {})) < 150


def test_parameters_come_in_order() -> None:
    assert tidy("/a?c=1&b=%26&b=") == tidy("/a?b=%26&c=1&b=") == "/a?b=&b=%26&c=1"


def source(**values: object) -> Source:
    given = {name: None for name in Source.__struct_fields__} | {
        "kind": "feed", "configured": True, "failures": 0, "last_tried_at": NOW, "due_at": "2026-07-08T12:30:00Z",
    } | values  # fmt: skip
    return Source(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ("good", "Answering")),
        ({"failures": 1}, ("warn", "Did not answer the last time")),
        ({"failures": 5}, ("bad", "Did not answer the last 5 times")),
        ({"due_at": "2026-07-08T08:59:59Z"}, ("warn", "Overdue: is the collector running?")),
        ({"due_at": "2026-07-08T09:00:00Z"}, ("good", "Answering")),
        ({"last_tried_at": None}, ("quiet", "Not asked yet")),
        ({"kind": "file", "last_tried_at": None}, ("quiet", "Imported from a file")),
        ({"configured": False, "failures": 5}, ("quiet", "No longer in config.toml")),
        ({"retired_at": NOW, "retired_reason": None}, ("quiet", "Given up: it is gone")),
    ],
)
def test_how_a_source_does(values: dict[str, object], said: tuple[str, str]) -> None:
    assert sources.how(source(**values), NOW) == said


def test_the_modules_that_decide_do_not_reach_into_the_collector() -> None:
    for file in (Path(sources.__file__).parent).rglob("*.py"):
        assert "import collector" not in file.read_text(encoding="utf-8")
        assert "from collector" not in file.read_text(encoding="utf-8")
