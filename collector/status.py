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
    lines.extend(_watched(state, now))
    if not state.retired_at and state.configured:
        due = "now" if state.due_at is None or state.due_at <= now else ago(state.due_at, now)
        lines.append(f"  Asked again: {due}.")
    return lines


def _watched(state: SourceStatus, now: str) -> list[str]:
    """Since when it was seen without a gap, and what is missing before that. The minutes since the last round, which
    the next one brings, are no gap as long as the source answers."""
    gaps = [gap for gap in state.gaps if state.failures or gap.to_utc != now]
    missing = sorted([*gaps, *state.out_of_reach], reverse=True)
    if state.covered_share is None or not state.last_success_at:
        return []
    lines = []
    before_now = [one for one in missing if one.to_utc != now]
    if before_now:
        lines.append(f"  Seen without a gap since {_minute(before_now[0].to_utc)} UTC, as far as its feed tells.")
    elif not missing:
        lines.append("  Seen without a gap for all of the time that is wanted.")
    return [*lines, *_stretches("Gaps, to be filled", gaps), *_stretches("Not given by the source", state.out_of_reach)]


def _stretches(title: str, intervals: Sequence[Interval]) -> list[str]:
    if not intervals:
        return []
    shown = "; ".join(f"{_minute(one.from_utc)} to {_minute(one.to_utc)}" for one in intervals[:GAPS_SHOWN])
    more = len(intervals) - GAPS_SHOWN
    return [f"  {title} (UTC): {shown}" + (f"; and {more} more" if more > 0 else "") + "."]


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
