"""A process that saves pages until it is killed; see `test_killed.py`. Run as `python -m
tests.collector.archive.saver PATH`.

The same pages in the same order at every start, as a source gives them whose last answer was never acknowledged.
"""

from __future__ import annotations

import sys
from pathlib import Path

from collector.archive import journal, removal
from collector.archive.connection import connect
from collector.platforms import Covered, Page
from collector.posts import Interval
from tests.collector.archive.making import CONFIGURATION, FEED, NOW, Archive, article, comment, counts

PAGES = 12
EACH = 25


def hour(number: int) -> str:
    return f"2026-07-0{6 + number // 24}T{number % 24:02}:00:00Z"


def page(number: int) -> Page:
    """Page `number` holds articles published in hour `number`, and covers that hour."""
    posts = [
        article(
            number * 100 + n,
            published_at=hour(number).replace(":00:00Z", f":{n:02}:00Z"),
            engagement=counts(NOW, comments=n),
            raw=b"<item/>" * 20,
        )
        for n in range(EACH)
    ]
    return Page(
        posts=(*posts, comment(number, on=posts[0].uri)),
        covered=(Covered(interval=Interval(hour(number), hour(number + 1)), reason=f"page {number}"),),
        remember={"page": str(number)},
    )


def main() -> None:
    archive = Archive(Path(sys.argv[1]), connect(Path(sys.argv[1])), CONFIGURATION)
    removal.expire(archive.conn, NOW)
    print("ready", flush=True)
    for number in range(PAGES):
        archive.save_page(page(number), source=FEED)
    removal.forget_author(archive.conn, "blog.example", now=NOW)
    journal.finish_round(archive.conn, archive.round_id, NOW)
    print("done", flush=True)


if __name__ == "__main__":
    main()
