"""kill -9 at any moment: nothing half saved, nothing twice, and the ledger claims nothing that is not there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.archive import removal
from tests.collector.archive.making import NOW, Archive, make
from tests.collector.archive.saver import EACH, PAGES, hour, page


def start(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.collector.archive.saver", str(path)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def assert_whole(archive: Archive) -> int:
    """Everything agrees with everything; how many pages are covered."""
    assert archive.one("PRAGMA integrity_check") == "ok"
    assert archive.ask("PRAGMA foreign_key_check") == []
    archive.conn.execute("INSERT INTO post_search (post_search, rank) VALUES ('integrity-check', 1)")
    for table in ("post_texts", "sightings", "edition_posts", "raw_items"):
        missing = f"SELECT count(*) FROM posts WHERE id NOT IN (SELECT post_id FROM {table}) AND kind = 'article'"
        assert archive.one(missing) == 0, table
    assert archive.one("SELECT count(*) - count(DISTINCT uri) FROM posts") == 0
    covered = [row[0] for row in archive.ask("SELECT from_utc FROM coverage ORDER BY from_utc")]
    if archive.one("SELECT count(*) FROM tombstones") == 0:
        for start_of_page in covered:
            within = archive.one("SELECT count(*) FROM posts WHERE published_at LIKE ?", start_of_page[:13] + "%")
            assert within == EACH, start_of_page
        assert len(covered) == archive.one(
            "SELECT count(DISTINCT substr(published_at, 1, 13)) FROM posts WHERE kind = 'article'"
        )
    return len(covered)


@pytest.mark.parametrize("kills", [10])
def test_killed_at_any_moment_while_saving_the_archive_is_whole(tmp_path: Path, kills: int) -> None:
    archive = make(tmp_path)
    rng = random.Random(7)
    for _ in range(kills):
        process = start(archive.path)
        time.sleep(rng.random() * 0.25)
        process.kill()
        process.communicate(timeout=60)
        assert_whole(archive)
    archive.conn.close()


def test_killed_while_removing_the_rest_is_removed_next_time(tmp_path: Path) -> None:
    archive = make(tmp_path)
    for number in range(PAGES):
        archive.save_page(page(number))
    process = start(archive.path)
    # Until the removal has begun: from then on nothing may be shown.
    while not archive.one("SELECT count(*) FROM tombstones"):
        time.sleep(0.002)
    process.kill()
    process.communicate(timeout=60)
    assert archive.one("SELECT count(*) FROM items") == 0
    removal.expire(archive.conn, NOW)
    assert archive.one("SELECT count(*) FROM posts") == 0
    assert b"Words of article" not in archive.bytes()
    assert archive.save_page(page(0)).new == 0
    assert_whole(archive)
    archive.conn.close()


def test_the_hours_of_the_test_are_one_after_the_other() -> None:
    assert [hour(n) for n in (0, 23, 24)] == ["2026-07-06T00:00:00Z", "2026-07-06T23:00:00Z", "2026-07-07T00:00:00Z"]
