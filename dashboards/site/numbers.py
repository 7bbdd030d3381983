"""The five numbers at the top of a page, each with what it is out of, picked from stored figures. Pure.

No number is worked out here: each is a value of a figure, in the figure's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from dashboards import wording
from dashboards.figures import Figure


class Number(Struct, frozen=True, kw_only=True):
    """One number of the page's head."""

    label: str
    value: str | None
    """None: not available."""
    out_of: str
    """The denominator, or why there is no number."""
    metric: str
    """The metric whose page explains it."""


METRICS = ("phases", "contributors", "organiser_share", "comments_per_item", "items_per_day")
"""Whose figures the numbers are picked from."""


def numbers(figures: Mapping[str, Figure]) -> tuple[Number, ...]:
    """The five numbers, from the figures of one edition and platform by their metrics' names."""
    phases = {row["phase"]: row["items"] for row in _rows(figures, "phases")}
    items = phases.get("week")
    contributors = _row(figures, "contributors")
    organiser = _row(figures, "organiser_share")
    comments = _row(figures, "comments_per_item")
    watched = next((figure.coverage for figure in figures.values()), None)
    return (
        Number(
            label="items in the week",
            value=_said("items", items),
            out_of=_of_all(phases) if items is not None else NO_ITEMS,
            metric="phases",
        ),
        Number(
            label="contributors",
            value=_said("contributors", contributors.get("contributors")),
            out_of=_of(contributors.get("items"), "with a known author"),
            metric="contributors",
        ),
        Number(
            label="by the organiser",
            value=_said("share", organiser.get("share")),
            out_of=_of(organiser.get("items"), "where the organiser was read"),
            metric="organiser_share",
        ),
        Number(
            label="comments per item, median",
            value=_said("median", comments.get("median")),
            out_of=f"known for {comments['items_known']:,} of {comments['items']:,} items" if comments else NO_ITEMS,
            metric="comments_per_item",
        ),
        Number(
            label="of the time was watched",
            value=_said("share", watched),
            out_of="since the lead-up began, over all platforms",
            metric="coverage",
        ),
    )


NO_ITEMS = "no items of the week yet"


def _of(items: Any, which: str) -> str:
    return f"of {items:,} items {which}" if items else NO_ITEMS


def _said(column: str, value: Any) -> str | None:
    return None if value is None else wording.show(column, value)


def _rows(figures: Mapping[str, Figure], metric: str) -> list[dict[str, Any]]:
    figure = figures.get(metric)
    return [dict(zip(figure.columns, row, strict=True)) for row in figure.rows] if figure else []


def _row(figures: Mapping[str, Figure], metric: str) -> dict[str, Any]:
    """The first row, which is of all platforms together or of the one asked for; empty where there is none."""
    return next(iter(_rows(figures, metric)), {})


def _of_all(phases: Mapping[str, int | None]) -> str:
    """The total of all phases; not where one of them is unknown, which would pass for zero."""
    known = [count for count in phases.values() if count is not None]
    if len(known) < len(phases):
        return "what came before or after it is not known"
    return f"of {sum(known):,} in all phases"
