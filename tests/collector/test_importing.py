"""Files on their way into the archive: previewed, saved with where they came from, and the same file twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.archive.visit import Saved
from collector.campaign import Campaign, load
from collector.importing import bring_in, preview
from collector.platforms import Trouble
from collector.platforms.files import File, understand
from tests.collector.archive.making import Archive, make

DATA = Path(__file__).parents[1] / "data" / "imports"
NOW = "2026-11-21T12:00:00Z"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = make(tmp_path)
    yield made
    made.conn.close()


@pytest.fixture(scope="module")
def campaigns() -> tuple[Campaign, ...]:
    return load(Path(__file__).parents[2] / "config.toml").campaigns


def file(folder: Path, name: str, *, text: str | None = None, made_at: int = 1_754_000_000) -> File:
    path = folder / name
    if text is None:
        shutil.copy(DATA / name, path)
    else:
        path.write_text(text, encoding="utf-8")
    os.utime(path, (made_at, made_at))
    return understand(path, now=NOW)


def bring(archive: Archive, one: File, campaigns: tuple[Campaign, ...]) -> Saved:
    return bring_in(archive.conn, one, campaigns, lambda: NOW)


def rows(archive: Archive, question: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in archive.conn.execute(question)]


def test_a_preview_writes_nothing_and_says_what_would_come(
    archive: Archive, tmp_path: Path, campaigns: tuple[Campaign, ...]
) -> None:
    told = preview(file(tmp_path, "x.csv"), campaigns)
    assert (told.posts, told.matched, told.with_views, told.not_understood) == (3, 2, 3, 2)
    assert told.by_campaign == {"uk": 2} and told.by_edition == {"uk-2025": 2}
    assert (told.earliest, told.latest) == ("2025-06-30T09:26:58Z", "2025-07-02T19:57:07Z")
    assert [example.why for example in told.first] == ["hashtag #CoProWeek in the text"] * 2
    assert told.reasons[0].startswith("row 5: ")
    assert rows(archive, "SELECT * FROM posts") == []


def test_a_preview_of_a_file_without_a_match_shows_what_was_understood(tmp_path: Path) -> None:
    told = preview(file(tmp_path, "x.csv"), ())
    assert told.matched == 0 and [example.why for example in told.first] == ["", "", ""]


def test_only_the_posts_of_the_campaign_come_in_with_their_file(
    archive: Archive, tmp_path: Path, campaigns: tuple[Campaign, ...]
) -> None:
    saved = bring(archive, file(tmp_path, "x.csv"), campaigns)
    assert (saved.new, saved.not_understood) == (2, 2)
    assert rows(archive, "SELECT platform, views, likes FROM posts ORDER BY published_at") == [
        ("x", 12978, 12),
        ("x", 570, None),
    ]
    assert rows(archive, "SELECT kind, locator, title, configured FROM sources WHERE kind = 'file'") == [
        ("file", "x.csv", "X account analytics: x.csv", 0)
    ]
    assert rows(archive, "SELECT count(*) FROM sightings") == [(2,)]
    assert rows(archive, "SELECT * FROM coverage") == [], "one account's posts cover nothing"
    assert rows(archive, "SELECT kind, finished_at FROM rounds") == [("import", NOW)]
    assert rows(archive, "SELECT outcome, new_posts, not_understood FROM round_sources") == [("ok", 2, 2)]


def test_the_same_file_twice_changes_nothing(archive: Archive, tmp_path: Path, campaigns: tuple[Campaign, ...]) -> None:
    tables = (
        "posts",
        "post_texts",
        "engagement",
        "post_matches",
        "post_hashtags",
        "authors",
        "sources",
        "post_versions",
    )
    bring(archive, file(tmp_path, "x.csv"), campaigns)
    before = {table: rows(archive, f"SELECT * FROM {table}") for table in tables}
    again = bring(archive, file(tmp_path, "x.csv"), campaigns)
    after = {table: rows(archive, f"SELECT * FROM {table}") for table in tables}
    drop = {"sources"}  # it says when it was last imported
    assert (again.new, again.changed) == (0, 0)
    assert {t: before[t] for t in tables if t not in drop} == {t: after[t] for t in tables if t not in drop}


def test_a_newer_export_adds_newer_counts(archive: Archive, tmp_path: Path, campaigns: tuple[Campaign, ...]) -> None:
    bring(archive, file(tmp_path, "x.csv"), campaigns)
    text = (DATA / "x.csv").read_text(encoding="utf-8").replace('"12,978",12,', '"15,001",14,')
    bring(archive, file(tmp_path, "x.csv", text=text, made_at=1_755_000_000), campaigns)
    assert rows(archive, "SELECT views, likes FROM posts ORDER BY published_at LIMIT 1") == [(15001, 14)]
    assert rows(archive, "SELECT views FROM engagement WHERE likes >= 12 ORDER BY observed_at") == [(12978,), (15001,)]
    assert rows(archive, "SELECT count(*) FROM posts") == [(2,)]


def test_a_saved_feed_comes_in_as_articles(archive: Archive, tmp_path: Path, campaigns: tuple[Campaign, ...]) -> None:
    saved = bring(archive, file(tmp_path, "feed.xml"), campaigns)
    assert saved.new == 1
    assert rows(archive, "SELECT platform, kind, published_at FROM posts") == [
        ("blogs", "article", "2025-06-30T09:00:00Z")
    ]


def test_what_was_saved_before_trouble_stays(
    archive: Archive, tmp_path: Path, campaigns: tuple[Campaign, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.platforms.files.PAGE_ROWS", 1)
    monkeypatch.setattr("collector.platforms.files_tables.MOST_ROWS", 30)
    text = (DATA / "x.csv").read_text(encoding="utf-8")
    one = file(tmp_path, "long.csv", text=text + "\n" * 40)
    with pytest.raises(Trouble, match="more than 30 rows"):
        bring(archive, one, campaigns)
    assert rows(archive, "SELECT count(*) FROM posts") == [(2,)]
    assert rows(archive, "SELECT outcome FROM round_sources") == [("partial",)]
