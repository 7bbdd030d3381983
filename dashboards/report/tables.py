"""A figure's rows as the report prints them, with small counts of people withheld. Pure.

How single values read is in `dashboards.wording`; the rule for small counts is in `small_counts.py`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from dashboards.figures import Figure
from dashboards.report.content import Table
from dashboards.report.small_counts import FEWER, THRESHOLD, WITHHELD, is_small, outwards, split
from dashboards.wording import dicts, headline, label, show, summary

SPLIT_BY_PEOPLE = {"new_voices": ("new_voices", "compared", "share")}
"""Metrics that split people by an attribute of people: the part, the whole it is a part of, its share."""


BOUNDS = "potential_audience"
"""The metric whose bounds are follower numbers of single accounts, or sums of a few."""


def table(figure: Figure) -> Table:
    """The figure's rows in words, with nothing in them that small counts would give away."""
    rows, note = figure.rows, ""
    if figure.metric.name in SPLIT_BY_PEOPLE:
        rows, note = _withheld(figure, *SPLIT_BY_PEOPLE[figure.metric.name])
    elif figure.metric.name == BOUNDS:
        rows, note = _blurred(figure)
    shown = tuple(
        tuple(
            value if value in (FEWER, WITHHELD) else show(name, value)
            for name, value in zip(figure.columns, row, strict=True)
        )
        for row in rows
    )
    return Table(
        heads=tuple(label(name) for name in figure.columns),
        rows=shown,
        numeric=tuple(
            place > 0 and any(isinstance(row[place], int | float) for row in figure.rows)
            for place in range(len(figure.columns))
        ),
        note=note,
    )


def fit_to_draw(figure: Figure) -> Figure | None:
    """What of a figure may be drawn: all of it, without the rows that are withheld, or nothing (None)."""
    if figure.metric.name not in SPLIT_BY_PEOPLE:
        return figure
    rows, note = _withheld(figure, *SPLIT_BY_PEOPLE[figure.metric.name])
    if not note:
        return figure
    if any(isinstance(value, str) and value in (FEWER, WITHHELD) for row in rows for value in row):
        return None
    rest = msgspec.structs.replace(figure, rows=rows)
    rest = msgspec.structs.replace(rest, headline=headline(rest))
    return msgspec.structs.replace(rest, summary=summary(rest))


def _withheld(figure: Figure, part: str, whole: str, share: str) -> tuple[tuple[tuple[Any, ...], ...], str]:
    """The rows without their small counts, and the sentence that says so; the rows as they are where none is small.

    By platform, one small count could be worked out from the others and the total, so then only the total's row stays.
    """
    places = {name: place for place, name in enumerate(figure.columns)}

    def parts(row: tuple[Any, ...]) -> tuple[int | None, int | None]:
        inside, all_of_them = row[places[part]], row[places[whole]]
        return inside, None if inside is None or all_of_them is None else all_of_them - inside

    if not any(is_small(people) for row in figure.rows for people in parts(row)):
        return figure.rows, ""
    platform = places.get("platform", 0)
    totals = [row for row in figure.rows if len(figure.rows) == 1 or row[platform] == "all"]
    note = f"Counts of 1 to {THRESHOLD - 1} people are not printed, nor what would give them away."
    rows = []
    for row in totals:
        values = list(row)
        if any(is_small(people) for people in parts(row)):
            values[places[part]] = split(parts(row))[0]
            values[places[share]] = WITHHELD
        rows.append(tuple(values))
    return tuple(rows), note + (" The rows by platform are left out for this reason." if len(figure.rows) > 1 else "")


def _blurred(figure: Figure) -> tuple[tuple[tuple[Any, ...], ...], str]:
    """Bounds of few contributors withheld, the others rounded outwards: a number on a profile leads to its person."""
    rows = []
    for values in dicts(figure):
        if values["at_least"] is not None and values["at_most"] is not None:
            few = is_small(values["contributors_known"])
            bounds = (WITHHELD, WITHHELD) if few else outwards(values["at_least"], values["at_most"])
            values["at_least"], values["at_most"] = bounds
        rows.append(tuple(values.values()))
    return tuple(rows), (
        "Bounds have two digits, rounded outwards, and are withheld for fewer than 10 contributors. "
        "So no number leads to a person."
    )
