"""How well each source is watched: what it answered last, what is covered, where the gaps are. Reads only."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct

from dashboards.computing import LAST_GAP_SECONDS, SHORTEST_GAP_SECONDS
from dashboards.editions import EditionInfo
from dashboards.site import words
from dashboards.watching import Stretch, gaps, seconds, window, within

DAYS_WITHOUT_EDITION = 28
OVERDUE_SECONDS = 3 * 3600
SILENT_SECONDS = 15 * 60
"""A round that has not ended and saved nothing for so long was cut off: see rounds.last_active_at."""
LATEST_ROUNDS = 500
"""A source's last answer is looked for among this many rounds."""

Level = Literal["good", "warn", "bad", "quiet"]


class Gap(Struct, frozen=True):
    from_utc: str
    to_utc: str


class Source(Struct, frozen=True, kw_only=True):
    """One source and how it does."""

    id: int
    platform: str
    kind: str
    locator: str
    title: str
    organisation: str | None
    configured: bool
    due_at: str | None
    failures: int
    last_tried_at: str | None
    last_success_at: str | None
    last_outcome: str | None
    retired_at: str | None
    retired_reason: str | None
    posts: int
    not_understood: int
    skipped: int
    covered: float | None
    """Share, 0 to 1, of the stretch that is looked at; None for a file, which is not watched."""
    gaps: tuple[Gap, ...]
    """Every gap of an hour or more in it, the longest first."""
    answer: str
    """What it answered last, in words; empty where there is nothing to add."""
    level: Level
    state: str
    """How it does, in a few words."""


class CutOff(Struct, frozen=True):
    """A round that began and never ended."""

    kind: str
    started_at: str


class Reason(Struct, frozen=True):
    reason: str
    items: int


class Health(Struct, frozen=True, kw_only=True):
    """Everything the page of the sources says."""

    stretch: Stretch
    """What coverage and gaps are of."""
    sources: tuple[Source, ...]
    cut_off: tuple[CutOff, ...]
    """Rounds of the last 30 days that did not end, the newest first."""
    removed: tuple[Reason, ...]
    skipped: tuple[Reason, ...]
    not_understood: int
    last_success_at: str | None


_SOURCES = """
SELECT
    sources.id, sources.platform, sources.kind, sources.locator, sources.title, organisations.name AS organisation,
    sources.configured, sources.due_at, sources.failures, sources.last_tried_at, sources.last_success_at,
    sources.last_outcome, sources.retired_at, sources.retired_reason,
    COALESCE(seen.posts, 0) AS posts, COALESCE(given.not_understood, 0) AS not_understood,
    COALESCE(left_out.items, 0) AS skipped, last.outcome, last.new_posts, last.changed_posts
FROM sources
LEFT JOIN round_sources AS last ON last.source_id = sources.id AND last.round_id = (
    SELECT MAX(round_id) FROM round_sources
    WHERE source_id = sources.id AND finished_at IS NOT NULL AND round_id > (SELECT MAX(id) FROM rounds) - :rounds
)
LEFT JOIN organisations ON organisations.id = sources.organisation_id
LEFT JOIN (SELECT source_id, COUNT(*) AS posts FROM sightings GROUP BY source_id) AS seen ON seen.source_id = sources.id
LEFT JOIN (
    SELECT source_id, SUM(not_understood) AS not_understood FROM round_sources
    WHERE round_id >= (SELECT MIN(id) FROM rounds WHERE started_at >= :month_ago) GROUP BY source_id
) AS given ON given.source_id = sources.id
LEFT JOIN (SELECT source_id, SUM(items) AS items FROM skipped GROUP BY source_id) AS left_out
    ON left_out.source_id = sources.id
ORDER BY sources.configured DESC, sources.retired_at IS NOT NULL, sources.platform, sources.title COLLATE NOCASE
"""

_COVERED = """
SELECT coverage.source_id, coverage.from_utc, coverage.to_utc
FROM coverage
JOIN sources ON sources.id = coverage.source_id AND sources.query_hash = coverage.query_hash
WHERE coverage.state IN ('complete', 'provisional') AND coverage.from_utc < ? AND coverage.to_utc > ?
"""


def health(conn: sqlite3.Connection, edition: EditionInfo | None, now: str) -> Health:
    """How the sources do, over the running edition's lead-up, week and after so far, else over the last four weeks."""
    stretch = (window(edition, now) if edition else None) or (_before(now, timedelta(days=DAYS_WITHOUT_EDITION)), now)
    covered: dict[int, list[Stretch]] = defaultdict(list)
    for source_id, start, end in conn.execute(_COVERED, (stretch[1], stretch[0])):
        covered[source_id].append((start, end))
    month_ago, silent_since = _before(now, timedelta(days=30)), _before(now, timedelta(seconds=SILENT_SECONDS))
    cursor = conn.execute(_SOURCES, {"month_ago": month_ago, "rounds": LATEST_ROUNDS})
    names = [column[0] for column in cursor.description]
    sources = tuple(_source(dict(zip(names, row, strict=True)), covered, stretch, now) for row in cursor)
    cut_off = conn.execute(
        """
        SELECT kind, started_at FROM rounds
        WHERE finished_at IS NULL AND started_at >= ? AND last_active_at < ? ORDER BY id DESC
        """,
        (month_ago, silent_since),
    )
    return Health(
        stretch=stretch,
        sources=sources,
        cut_off=tuple(CutOff(*row) for row in cut_off),
        removed=_reasons(conn.execute("SELECT reason, SUM(posts) FROM removals GROUP BY reason")),
        skipped=_reasons(conn.execute("SELECT reason, SUM(items) FROM skipped GROUP BY reason")),
        not_understood=sum(source.not_understood for source in sources),
        last_success_at=last_success(conn),
    )


def last_success(conn: sqlite3.Connection) -> str | None:
    """When any source last answered."""
    last: str | None = conn.execute("SELECT MAX(last_success_at) FROM sources").fetchone()[0]
    return last


def _source(values: dict[str, Any], covered: Mapping[int, list[Stretch]], stretch: Stretch, now: str) -> Source:
    stretches = covered.get(values["id"], [])
    whole = 0 if values["kind"] == "file" else seconds([stretch])
    found = [
        Gap(start, end)
        for start, end in gaps(stretches, stretch)
        if whole and seconds([(start, end)]) >= (LAST_GAP_SECONDS if end == now else SHORTEST_GAP_SECONDS)
    ]
    values["configured"] = bool(values["configured"])
    outcome, new, changed = (values.pop(name) for name in ("outcome", "new_posts", "changed_posts"))
    source = Source(
        **values,
        covered=seconds(within(stretches, stretch)) / whole if whole else None,
        gaps=tuple(sorted(found, key=lambda gap: (-seconds([(gap.from_utc, gap.to_utc)]), gap.from_utc))),
        answer=answered(outcome, new, changed) or values["last_outcome"] or "",
        level="quiet",
        state="",
    )
    level, state = how(source, now)
    return msgspec.structs.replace(source, level=level, state=state)


def answered(outcome: str | None, new: int | None, changed: int | None) -> str:
    """What a round that went well brought, in words; empty for one that did not."""
    if outcome not in ("ok", "unchanged"):
        return ""
    brought = words.counted(new, "new post") if new else ""
    edited = f"{changed:,} changed" if changed else ""
    return ", ".join(part for part in (brought, edited) if part) or "Nothing new"


def how(source: Source, now: str) -> tuple[Level, str]:
    """How a source does, in a few words, and how grave it is."""
    if source.retired_at:
        return "quiet", f"Given up: {source.retired_reason or 'it is gone'}"
    if not source.configured:
        return "quiet", "No longer in config.toml"
    if source.kind == "file":
        return "quiet", "Imported from a file"
    if source.last_tried_at is None:
        return "quiet", "Not asked yet"
    if source.failures:
        times = "the last time" if source.failures == 1 else f"the last {source.failures} times"
        return ("warn" if source.failures < 3 else "bad"), f"Did not answer {times}"
    if source.due_at and source.due_at < _before(now, timedelta(seconds=OVERDUE_SECONDS)):
        return "warn", "Overdue: is the collector running?"
    return "good", "Answering"


def _reasons(rows: Iterable[Sequence[Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(reason, items) for reason, items in rows)


def _before(now: str, length: timedelta) -> str:
    return words.stamp(words.moment(now) - length)
