"""Numbers and sentences: how a figure's values read, its headline and its text alternative. Pure functions."""

from __future__ import annotations

from typing import Any


def platform_name(platform: str) -> str:
    """A platform as people write it: `x` → X, `all` and '' → All platforms."""
    raise NotImplementedError


def day(text: str, *, weekday: bool = True, year: bool = True) -> str:
    """YYYY-MM-DD as people write it: Monday 6 July 2026."""
    raise NotImplementedError


def show(column: str, value: Any) -> str:
    """A value of a figure's row as tables, summaries and the report print it; None is "not available".

    Shares (columns named share or ending in _share) become percentages with one decimal, numbers get thousands separators, days are
    written out, platforms and phases get their names.
    """
    raise NotImplementedError


def label(column: str) -> str:
    """A column's name as a table's heading: items_total → Items total."""
    return column.replace("_", " ").capitalize()
