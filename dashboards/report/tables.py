"""A figure's rows as the report prints them, and why some of their numbers are withheld. Pure.

How single values read is in `dashboards.wording`. Small counts of people are withheld in the figure itself, by the rule
of `dashboards.small_counts`.
"""

from __future__ import annotations

from dashboards.figures import Figure
from dashboards.report.content import Table
from dashboards.small_counts import FEWER, THRESHOLD, WITHHELD
from dashboards.wording import label, show

NOTES = {
    "new_voices": f"Counts of 1 to {THRESHOLD - 1} people are not printed, nor what would give them away.",
    "potential_audience": (
        "Bounds have two digits, rounded outwards, and are withheld for fewer than 10 contributors. "
        "So no number leads to a person."
    ),
}
"""What is said under the tables in which numbers of people may be withheld."""


def table(figure: Figure) -> Table:
    """The figure's rows in words."""
    noted = figure.metric.name == "potential_audience" or _withheld(figure)
    return Table(
        heads=tuple(label(name) for name in figure.columns),
        rows=tuple(
            tuple(show(name, value) for name, value in zip(figure.columns, row, strict=True)) for row in figure.rows
        ),
        numeric=tuple(
            place > 0 and any(isinstance(row[place], int | float) for row in figure.rows)
            for place in range(len(figure.columns))
        ),
        note=NOTES.get(figure.metric.name, "") if noted else "",
    )


def fit_to_draw(figure: Figure) -> Figure | None:
    """The figure, if anything of it may be drawn; None where every share that there is is withheld."""
    if "share" not in figure.columns or not _withheld(figure):
        return figure
    place = figure.columns.index("share")
    return figure if any(isinstance(row[place], int | float) for row in figure.rows) else None


def _withheld(figure: Figure) -> bool:
    return any(value in (FEWER, WITHHELD) for row in figure.rows for value in row)
