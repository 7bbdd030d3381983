"""Computes one figure from the archive: a metric's rows, how its time was watched, and its words. Stores nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import msgspec
from msgspec import Struct

from dashboards import editions, wording
from dashboards.editions import EditionInfo
from dashboards.metrics import Metric
from dashboards.metrics.finish import FUNCTIONS, Context
from dashboards.watching import Stretch, gaps, mean_share, rounded, seconds, sources_read, window

SHORTEST_GAP_SECONDS = 3600
LAST_GAP_SECONDS = 3 * 3600
"""A gap that reaches until now is one only when the next round is long overdue: no source is asked every minute."""


class Figure(Struct, frozen=True, kw_only=True):
    """One metric's result for one edition and platform, with everything that has to be said beside it."""

    metric: Metric
    edition: EditionInfo
    platform: str
    """'' for all platforms."""
    as_at: str
    """The latest moment at which the archive was counted and gave these rows, UTC."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    coverage: float | None
    """Share, 0 to 1, of the time from the lead-up's beginning until now (or the end of *after*) that was watched: of
    one platform (`watching.sources_read`), or the mean over the platforms. Imported platforms have none and do not
    count. None where there is no such time yet, or no platform."""
    unwatched: tuple[tuple[str, str, str], ...]
    """Stretches of an hour or more that nobody watched: platform, from, to (UTC, half-open)."""
    headline: str
    """The trend in at most 15 words."""
    summary: str
    """The text alternative: kind of chart, main trend, and numbers that are the table's."""
    frozen: bool
    """The edition's figures have stopped changing."""
    live: bool
    """Computed just now and not stored."""
    revision: int | None = None
    """Of a frozen figure: 1, and one more for each time that the archive changed after all."""


def context(conn: sqlite3.Connection, info: EditionInfo, now: str) -> Context:
    """What every figure of an edition is computed with."""
    return Context(
        edition=info,
        now=now,
        platforms=tuple(editions.platforms(conn, info.id)),
        watched=_watched(conn, info),
        sources=sources_read(conn, info, now),
    )


def _watched(conn: sqlite3.Connection, info: EditionInfo) -> dict[str, tuple[Stretch, ...]]:
    """Per platform that has any, what some source of it covered as it is asked for today, the early phase included."""
    if info.early_from_utc is None or info.after_to_utc is None:
        return {}
    read = sources_read(conn, info, info.after_to_utc, (info.early_from_utc, info.after_to_utc))
    return {platform: found.watched for platform, found in read.items() if found.watched}


def _watching(context: Context, platform: str) -> tuple[float | None, tuple[tuple[str, str, str], ...]]:
    """The share of the time so far that was watched, and the stretches that were not."""
    open_to = window(context.edition, context.now)
    present = (platform,) if platform else tuple(sorted({*context.platforms, *context.sources}))
    # Imported platforms were neither watched nor left unwatched.
    present = tuple(one for one in present if one not in context.sources or not context.sources[one].imported)
    if open_to is None or not present:
        return None, ()
    shares, unwatched = [], []
    for one in present:
        read = context.sources.get(one)
        shares.append(mean_share(read.parts, open_to) if read else Fraction(0))
        for start, end in gaps(read.watched if read else (), open_to):
            shortest = LAST_GAP_SECONDS if end == context.now else SHORTEST_GAP_SECONDS
            if seconds([(start, end)]) >= shortest:
                unwatched.append((one, start, end))
    return rounded(sum(shares, Fraction(0)) / len(shares)), tuple(unwatched)


def compute(
    conn: sqlite3.Connection, metric: Metric, context: Context, platform: str = "", *, live: bool = False
) -> Figure:
    """The metric's query, finished, with its words."""
    found = conn.execute(metric.sql, {"edition": context.edition.id, "platform": platform}).fetchall()
    rows: Sequence[Sequence[Any]] = [tuple(row) for row in found]
    if metric.finish is not None:
        scope = context
        if platform:
            scope = msgspec.structs.replace(
                context,
                platforms=tuple({platform} & set(context.platforms)),
                watched={one: stretches for one, stretches in context.watched.items() if one == platform},
                sources={one: read for one, read in context.sources.items() if one == platform},
            )
        rows = FUNCTIONS[metric.finish](rows, scope)
    return _figure(metric, context, platform, rows, live)


def compute_all(conn: sqlite3.Connection, metric: Metric, context: Context) -> list[Figure]:
    """The metric for all platforms together and for each that is present, asking the archive as seldom as possible.

    Where the rows say their platform, a platform's figure is its rows of the whole (a test holds every metric to that).
    """
    whole = compute(conn, metric, context)
    if "platform" not in whole.columns:
        return [whole, *(compute(conn, metric, context, platform) for platform in context.platforms)]
    at = whole.columns.index("platform")
    return [
        whole,
        *(
            _figure(metric, context, platform, [row for row in whole.rows if row[at] == platform], live=False)
            for platform in context.platforms
        ),
    ]


def _figure(metric: Metric, context: Context, platform: str, rows: Sequence[Sequence[Any]], live: bool) -> Figure:
    coverage, unwatched = _watching(context, platform)
    figure = Figure(
        metric=metric,
        edition=context.edition,
        platform=platform,
        as_at=context.now,
        columns=tuple(column.name for column in metric.columns),
        rows=tuple(tuple(row) for row in rows),
        coverage=coverage,
        unwatched=unwatched,
        headline="",
        summary="",
        frozen=is_frozen(context.edition, context.now),
        live=live,
    )
    figure = msgspec.structs.replace(figure, headline=wording.headline(figure))
    return msgspec.structs.replace(figure, summary=wording.summary(figure))


def is_frozen(info: EditionInfo, now: str) -> bool:
    """Whether the edition's figures have stopped changing."""
    return info.frozen_at_utc is not None and now >= info.frozen_at_utc
