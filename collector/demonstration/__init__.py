"""The demonstration archive: a made-up week by made-up people, written as the collectors would have written it.

`make` writes a whole archive through the archive's ordinary functions, so what works on it works on real posts. It is
marked as made up (`archive_info`), and fixed in time, so that screenshots, examples and tests agree about its numbers.
Its people are in `cast.py`, their words in `words.py`, what they published in `week.py`, how that was seen in
`watching.py`.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collector.campaign import Campaign
from collector.demonstration.cast import SOFTWARE, X
from collector.demonstration.watching import LAST_ROUND, Round
from collector.demonstration.week import Published
from collector.matching import match
from collector.posts import Author

if TYPE_CHECKING:
    from collector.archive.journal import SourceRow

NOW = LAST_ROUND
"""The moment at which the story stands still: the made-up week and its four weeks after are over."""
OPTED_OUT_AT = "2026-07-14T10:00:00Z"
OPT_OUT_REASON = "opt-out"
SEED = 2026


def make(
    path: Path, *, seed: int = SEED, now: str = NOW, progress: Callable[[float], None] = lambda share: None
) -> None:
    """Write a complete made-up archive to `path`, which must not exist yet; the same seed gives the same posts.

    `progress` is told how far it has got, from 0 to 1. Raises `ArchiveError` when the file cannot be written.
    """
    from collector.archive import campaigns, journal, removal
    from collector.archive.connection import connect, set_info, transaction
    from collector.demonstration import cast, watching, week

    voices = cast.voices(seed)
    published = week.publish(seed, voices)
    configuration = cast.configuration(voices, str(path))
    rounds = list(watching.rounds(published, configuration.sources))
    somebody = who_opts_out(published)
    conn = connect(path, create=True)
    # It is made in one go and thrown away if it is cut off, so nothing is gained by waiting for the disk each time.
    conn.execute("PRAGMA synchronous = OFF")
    try:
        with transaction(conn):
            set_info(conn, "made_up", "1")
            set_info(conn, "made_at", now)
        campaigns.sync(conn, configuration, watching.BEGAN)
        rows = {(row.platform, row.locator): row for row in journal.sources(conn)}
        for number, each in enumerate(rounds):
            if somebody and each.at >= OPTED_OUT_AT:
                removal.forget_author(
                    conn, somebody.native_id, platform=somebody.platform, reason=OPT_OUT_REASON, now=OPTED_OUT_AT
                )
                somebody = None
            _write(conn, each, rows, configuration.campaigns)
            progress((number + 1) / len(rounds))
        removal.expire(conn, NOW)
    finally:
        conn.close()


def who_opts_out(published: Sequence[Published]) -> Author | None:
    """The person with the most posts before `OPTED_OUT_AT` of those who are on X and nowhere else."""
    authors = [each.post.author for each in published if each.post.published_at < OPTED_OUT_AT and each.post.author]
    elsewhere = {author.name for author in authors if author.platform != X}
    people = Counter(
        author for author in authors if author.name not in elsewhere and (author.name or "").endswith("(made up)")
    )
    return max(people, key=lambda author: (people[author], author.native_id), default=None)


def _write(
    conn: sqlite3.Connection,
    each: Round,
    rows: Mapping[tuple[str, str], SourceRow],
    campaigns: tuple[Campaign, ...],
) -> None:
    """One round, as `collector/rounds.py` writes it."""
    from collector.archive import journal
    from collector.archive.saving import save_page

    round_id = journal.begin_round(conn, "demonstration", each.at, SOFTWARE)
    for answer in each.answers:
        row = rows[answer.spec.platform, answer.spec.locator]
        journal.begin_source(conn, round_id, row.id, each.at)
        for page in answer.pages:
            save_page(
                conn,
                round_id=round_id,
                source_id=row.id,
                query_hash=row.query_hash,
                page=page,
                matches=[match(post, campaigns) for post in page.posts],
                now=each.at,
            )
        journal.finish_source(
            conn,
            round_id,
            row.id,
            outcome=answer.outcome,
            reason=answer.reason or "",
            failures=0 if answer.pages else 1,
            due_at=None,
            now=each.at,
        )
    journal.finish_round(conn, round_id, each.at)
