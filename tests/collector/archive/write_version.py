"""Writes what the present version puts into an archive to `written/VERSION.sql`, for the tests of later versions.

Run once when a version is released, and never again for it: `python -m tests.collector.archive.write_version`.
Everything in it is made up.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from collector.archive import journal, migrations, removal
from collector.platforms import Covered, Page
from collector.posts import Interval, Link, Media, Unread
from tests.collector.archive.making import FEED, SEARCH, Archive, article, comment, counts, make, post

LATER = "2026-07-09T12:00:00Z"


def fill(archive: Archive) -> None:
    """A bit of everything the archive can hold."""
    covered = (Covered(interval=Interval("2026-06-01T00:00:00Z", "2026-07-08T12:00:00Z")),)
    archive.save_page(
        Page(
            posts=(
                *(article(n, raw=b"<item/>", engagement=counts(comments=n)) for n in range(1, 4)),
                article(
                    4,
                    categories=("Co-production Week 2026",),
                    links=(Link(as_given="http://www.scie.example/a?utm_source=x"),),
                    media=(
                        Media(kind="image", url="https://blog.example/a.png", alt="Two people", alt_state="present"),
                    ),
                    comments_url="https://blog.example/4/feed/",
                ),
                article(50, text="About co-production and nothing else", hashtags=(), title="x"),
                comment(1),
                comment(2),
            ),
            unread=(Unread(reason="no date", raw=b"<item>?</item>", fingerprint=b"f"),),
            covered=covered,
            remember={"etag": '"v1"'},
            raw=b"<rss/>",
        ),
        source=FEED,
    )
    archive.save(*(post(n, engagement=counts(likes=n, views=None)) for n in range(1, 4)), source=SEARCH)
    archive.save(article(1, text="Edited: now about #CoProWeek and co-production"), now=LATER)
    archive.save(post(2, engagement=counts(LATER, likes=20)), source=SEARCH, now=LATER)
    removal.forget_author(archive.conn, "Person3", platform="x", now=LATER)
    row = archive.source(FEED)
    journal.finish_source(
        archive.conn, archive.round_id, row.id, outcome="ok", failures=0, due_at="2026-07-09T13:00:00Z", now=LATER
    )
    journal.finish_round(archive.conn, archive.round_id, LATER)


def dump(archive: Archive) -> str:
    """The rows of all tables but the search index, which makes itself from the texts."""
    # What the columns were called is the older schema's, so a later one may rename or add columns.
    lines = ["PRAGMA foreign_keys = OFF;"]
    for line in archive.conn.iterdump():
        if line.startswith("INSERT INTO") and not line.startswith(
            ('INSERT INTO "post_search', 'INSERT INTO "sqlite_', 'INSERT INTO "_sqlite', "INSERT INTO sqlite_")
        ):
            lines.append(line)
    return "\n".join(lines) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = make(Path(folder))
        fill(archive)
        written = Path(__file__).parent / "written" / f"{migrations.LATEST}.sql"
        written.parent.mkdir(exist_ok=True)
        written.write_text(dump(archive), encoding="utf-8")
        archive.conn.close()


if __name__ == "__main__":
    main()
