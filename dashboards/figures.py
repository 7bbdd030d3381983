"""Computes the metrics' results and stores them, so that pages, charts and the report show the same numbers at once.

Owner of the tables in `figures_1.sql`, which can be thrown away and made again. What a number means is in
`metrics/NAME.sql`; how its words read is in `wording.py`; how it is drawn is in `charts.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from dashboards.metrics import Metric


class EditionInfo(Struct, frozen=True, kw_only=True):
    """What pages and charts say of an edition. Dates and moments are None while nobody has set the edition's dates."""

    id: str
    campaign_id: str
    year: int
    title: str
    """As printed: Co-production Week 2026."""
    theme: str | None
    campaign_title: str
    hashtag: str
    """The campaign's main hashtag as it should be written, without #."""
    organiser: str | None
    """Name of the organisation that runs it."""
    time_zone: str
    starts_on: str | None
    """First day of the week, local, YYYY-MM-DD."""
    ends_on: str | None
    early_from_utc: str | None
    lead_up_from_utc: str | None
    week_from_utc: str | None
    week_to_utc: str | None
    after_to_utc: str | None
    frozen_at_utc: str | None
    made_up: bool
    """Everything in this archive is made up, and every page and chart must say so."""


class EditionCount(Struct, frozen=True, kw_only=True):
    """An edition and how many items of all its phases the archive holds."""

    edition: EditionInfo
    items: int


class Figure(Struct, frozen=True, kw_only=True):
    """One metric's result for one edition and platform, with everything that has to be said beside it."""

    metric: Metric
    edition: EditionInfo
    platform: str
    """'' for all platforms."""
    as_at: str
    """The moment at which the archive gave these rows, UTC."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    coverage: float | None
    """Share, 0 to 1, of the time from the lead-up's beginning until now (or the end of *after*) that was watched: of
    one platform, or the mean over the platforms. None where nothing is known of it."""
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


def migrate(conn: sqlite3.Connection) -> None:
    """Creates the figures' tables or brings them up to date."""
    raise NotImplementedError


def refresh(
    conn: sqlite3.Connection,
    now: str,
    *,
    editions: Iterable[str] | None = None,
    draw: Callable[[Figure], str] | None = None,
) -> list[Figure]:
    """Computes what changed since it was last computed, stores it, and gives the figures whose value is new.

    `editions` restricts it to those ids. `draw` (`charts.svg`) makes the drawing that is stored beside each figure.
    """
    raise NotImplementedError


def latest(conn: sqlite3.Connection, metric_name: str, edition_id: str, platform: str = "") -> Figure | None:
    """The stored figure; None where there is none yet."""
    raise NotImplementedError


def chart_svg(conn: sqlite3.Connection, metric_name: str, edition_id: str, platform: str = "") -> str | None:
    """The stored drawing of the latest figure; None where there is none."""
    raise NotImplementedError


def live(conn: sqlite3.Connection, metric_name: str, edition_id: str, platform: str, now: str) -> Figure:
    """The figure computed now and not stored. Raises KeyError for an unknown metric or edition."""
    raise NotImplementedError


def edition(conn: sqlite3.Connection, edition_id: str) -> EditionInfo | None:
    """One edition; None where the archive knows no such id."""
    raise NotImplementedError


def editions(conn: sqlite3.Connection) -> list[EditionCount]:
    """Every edition, newest first within each campaign, campaigns in the order of the configuration."""
    raise NotImplementedError


def current_edition(conn: sqlite3.Connection, now: str) -> EditionInfo | None:
    """The edition the home page shows: running (lead-up to after), else the next with posts, else the latest with posts."""
    raise NotImplementedError


def platforms(conn: sqlite3.Connection, edition_id: str) -> list[str]:
    """The platforms that have items in an edition, in alphabetical order."""
    raise NotImplementedError
