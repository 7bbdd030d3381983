"""`kill -9` in the middle of a round, again and again: nothing lost, nothing twice, and the ledger tells the truth."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.blogs import Entry, rss
from tests.fakeserver import FakeServer, Reply, Request

KILLS = 50
BLOGS = 4
PAGES = 6
ENTRIES = 10

CONFIG = """
archive = "archive.db"

[fetching]
allow_private_addresses = true

[[campaign]]
id = "uk"
title = "Co-production Week"
time_zone = "Europe/London"
hashtags = ["CoProWeek"]
phrases = ["co-production week"]

[[campaign.edition]]
year = 2026
starts_on = 2026-07-06
ends_on = 2026-07-10
"""


def paged_blog(server: FakeServer, blog: int) -> None:
    """A WordPress of PAGES pages, whose entries are all tagged."""
    base = server.url(f"/{blog}/")

    def answer(request: Request) -> Reply:
        page = int(request.query.get("paged", "1"))
        first = (page - 1) * ENTRIES
        entries = [
            Entry(
                n,
                published=f"2026-0{7 - n // 25}-{28 - n % 25:02}T09:00:00Z",
                body=f"<p>Blog {blog} #CoProWeek {n}</p>",
            )
            for n in range(first, min(first + ENTRIES, PAGES * ENTRIES))
        ]
        headers = {"Content-Type": "application/rss+xml"}
        if not entries:
            return Reply(rss(base, []), status=404, headers=headers)
        generator = b"<generator>https://wordpress.org/?v=6.6</generator><language>"
        return Reply(rss(base, entries).replace(b"<language>", generator), headers=headers, delay=0.01)

    server.put(f"/{blog}/feed/", answer)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_fifty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    dice = random.Random(20260706)
    with FakeServer() as server:
        for blog in range(BLOGS):
            paged_blog(server, blog)
        sources = "".join(f'\n[[source]]\naddress = "{server.url(f"/{blog}/feed/")}"\n' for blog in range(BLOGS))
        (tmp_path / "config.toml").write_text(CONFIG + sources, encoding="utf-8")
        command = [sys.executable, "-m", "collector.cli", "collect", "--config", str(tmp_path / "config.toml")]
        kills = 0
        took = 2.0
        while kills < KILLS:
            started = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                code = process.wait(dice.uniform(0.3, max(0.6, took)))
                took = time.monotonic() - started
                assert code == 0, process.stderr.read() if process.stderr else ""
                # It ended before it was killed: take its posts away again, so that the next kills meet work.
                reset(tmp_path / "archive.db")
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
                if (tmp_path / "archive.db").exists():
                    check(tmp_path / "archive.db", whole=False)
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        check(tmp_path / "archive.db", whole=True)


def reset(archive: Path) -> None:
    with sqlite3.connect(archive) as conn:
        for table in (
            "edition_posts post_matches sightings engagement post_hashtags post_links media relations raw_items "
            "post_versions post_aliases post_texts posts feed_entries coverage source_memory"
        ).split():
            conn.execute(f"DELETE FROM {table}")


def check(archive: Path, *, whole: bool) -> None:
    """Integrity, no post twice, and every stretch the ledger calls covered has all of its posts."""
    conn = sqlite3.connect(archive)
    try:
        if not conn.execute("SELECT count(*) FROM sqlite_master WHERE name = 'posts'").fetchone()[0]:
            return  # killed before its tables were made
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        total, distinct = conn.execute("SELECT count(*), count(DISTINCT text) FROM post_texts").fetchone()
        assert total == distinct
        assert total == conn.execute("SELECT count(*) FROM posts").fetchone()[0]
        times = [f"2026-0{7 - n // 25}-{28 - n % 25:02}T09:00:00Z" for n in range(PAGES * ENTRIES)]
        for source, from_utc, to_utc in conn.execute("SELECT source_id, from_utc, to_utc FROM coverage").fetchall():
            existed = sum(from_utc <= when < to_utc for when in times)
            (stored,) = conn.execute(
                "SELECT count(*) FROM posts JOIN sightings ON post_id = posts.id "
                "WHERE source_id = ? AND published_at >= ? AND published_at < ?",
                (source, from_utc, to_utc),
            ).fetchone()
            assert stored == existed, f"the ledger says {from_utc} to {to_utc} is covered"
        if whole:
            assert total == BLOGS * PAGES * ENTRIES
    finally:
        conn.close()
