"""How the sources stand, in words for the terminal or as JSON for programs. Pure: `archive/journal.py` counts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from collector.archive.journal import SourceStatus
from collector.posts import Interval
from collector.terminal import ago, plain

GAPS_SHOWN = 3


def as_text(states: Sequence[SourceStatus], now: str) -> str:
    """One paragraph a source, with what matters first."""
    if not states:
        return "No source is configured. Add a blog's address to config.toml under [[source]]."
    return "\n\n".join("\n".join(_lines(state, now)) for state in states if state.configured or state.posts)


def as_json(states: Sequence[SourceStatus], now: str) -> str:
    """The same for programs: `{"as_at": …, "sources": […]}`; times in UTC, shares from 0 to 1, null for unknown."""
    return msgspec.json.format(msgspec.json.encode({"as_at": now, "sources": list(states)}), indent=2).decode()


def _lines(state: SourceStatus, now: str) -> list[str]:
    lines = [f"{plain(state.title)} ({plain(state.locator)})"]
    if state.retired_at:
        lines.append(f"  Given up on {state.retired_at[:10]}: {plain(state.retired_reason or '')}")
    elif not state.configured:
        lines.append("  No longer in config.toml; what it gave is kept.")
    answered = f"  Last answered {ago(state.last_success_at, now)}"
    if state.running:
        answered += "; is being asked now"
    elif state.failures:
        answered += f"; failed {state.failures} time{'s' if state.failures > 1 else ''} in a row since"
    elif state.cut_off:
        answered += "; its last round was cut off, the next one goes on from there"
    lines.append(answered + ".")
    if state.last_outcome:
        lines.append(f"  It said: {plain(state.last_outcome)}")
    lines.append(
        f"  {state.posts} posts"
        + (f", {state.not_understood} items not understood (kept)" if state.not_understood else "")
        + "."
    )
    if state.covered_share is not None:
        lines.append(f"  Covered: {percent(state.covered_share)} of the time that is wanted.")
    lines.extend(_stretches("Gaps, to be filled", state.gaps))
    lines.extend(_stretches("Not given by the source any more", state.out_of_reach))
    if not state.retired_at and state.configured:
        due = "now" if state.due_at is None or state.due_at <= now else ago(state.due_at, now)
        lines.append(f"  Asked again: {due}.")
    return lines


def _stretches(title: str, intervals: Sequence[Interval]) -> list[str]:
    if not intervals:
        return []
    shown = "; ".join(
        f"{one.from_utc[:16].replace('T', ' ')} to {one.to_utc[:16].replace('T', ' ')}"
        for one in intervals[:GAPS_SHOWN]
    )
    more = len(intervals) - GAPS_SHOWN
    return [f"  {title} (UTC): {shown}" + (f"; and {more} more" if more > 0 else "") + "."]


def percent(share: float) -> str:
    """A share in words that never round a gap away: "99%" is less than all, "100%" is all."""
    if share >= 1:
        return "100%"
    return "less than 1%" if 0 < share < 0.01 else f"{int(share * 100)}%"
