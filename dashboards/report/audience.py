"""What can be said of an audience: views that somebody states, and bounds on follower accounts. Pure.

Each platform alone, with its denominator; never a total: nobody outside a platform knows how many people saw a post.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures import Figure
from dashboards.report.phrases import count, part_of
from dashboards.wording import dicts, platform_name


def views_known(figures: Mapping[str, Figure]) -> bool:
    return any(row["items_known"] for row in _platforms(figures, "known_views"))


def followers_known(figures: Mapping[str, Figure]) -> bool:
    return any(row["contributors_known"] for row in _platforms(figures, "potential_audience"))


def sentences(figures: Mapping[str, Figure]) -> tuple[str, ...]:
    """One for each platform and kind of number, those with nothing known left out."""
    said = []
    for row in _platforms(figures, "known_views"):
        if row["items_known"]:
            said.append(
                f"{platform_name(row['platform'])}: {count(row['views'], 'view')} stated, "
                f"for {part_of(row['items_known'], row['items'], 'item')}."
            )
    for row in _platforms(figures, "potential_audience"):
        known, everybody = row["contributors_known"], row["contributors"]
        low, high = row["at_least"], row["at_most"]
        # Not known, or withheld as they are of few people.
        if not isinstance(low, int) or not isinstance(high, int):
            continue
        whom = f"the {count(known, 'contributor')}"
        if known < everybody:
            whom += f", of {everybody:,}, whose followers are known"
        accounts = f"between {low:,} and {high:,} different accounts follow" if high else "no account follows"
        said.append(f"{platform_name(row['platform'])}: {accounts} at least one of {whom}.")
    return tuple(said)


def _platforms(figures: Mapping[str, Figure], metric: str) -> list[dict[str, Any]]:
    return [row for row in dicts(figures[metric]) if row["platform"] != "all"] if metric in figures else []
