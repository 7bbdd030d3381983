"""A figure → an accessible chart, drawn by matplotlib. Knows a `Figure` and nothing else: no database, no clock.

Everything is laid out on one canvas 420 units wide, with type of 15 and more, so that a telephone that shows it at 340
pixels shows no letter under 12. A chart is one column: headline, subtitle, then bars, columns or ranges that begin at
zero and carry their values in words. Nothing is told by colour alone.

An SVG is made to be put into a page: it carries no style attribute and no style element (a strict
Content-Security-Policy forbids both), its text is real text, and its colours are presentation attributes with
classes beside them, so that a page's stylesheet can change them for dark mode (`STYLESHEET`). `svgs.py` makes it so.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from dashboards import wording
from dashboards.canvas import (
    COLOURS,
    FIRST,
    HEADLINE,
    INNER,
    MARGIN,
    SECOND,
    UNWATCHED,
    WEEK,
    WIDTH,
    Canvas,
    clean,
    in_known_letters,
    prepare,
)
from dashboards.figures import Figure
from dashboards.svgs import INK, accessible
from dashboards.watching import midnight, seconds_since_1970

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

STYLESHEET = """\
svg.chart { display: block; width: 100%; height: auto; max-width: 36rem; font-family: inherit; }
:root { --chart-1: #12436D; --chart-2: #F46A25; --chart-week: #EEF3F7; --chart-unwatched: #6F777B; }
@media (prefers-color-scheme: dark) {
  :root { --chart-1: #7FB5E6; --chart-2: #F46A25; --chart-week: #1E2A33; --chart-unwatched: #A7AEB2; }
}
svg.chart .fill-1 { fill: var(--chart-1); }
svg.chart .stroke-1 { stroke: var(--chart-1); }
svg.chart .fill-2 { fill: var(--chart-2); }
svg.chart .stroke-2 { stroke: var(--chart-2); }
svg.chart .fill-week { fill: var(--chart-week); }
svg.chart .fill-unwatched { fill: var(--chart-unwatched); }
svg.chart .stroke-unwatched { stroke: var(--chart-unwatched); }
"""
"""What a page that shows charts adds to its stylesheet: the size, and the colours for light and dark."""

PANELS = 4
"""At most so many series in one chart; the smaller ones are added up as "Other platforms"."""


def svg(figure: Figure) -> str:
    """The chart as an SVG element: role=img, a title and a description of its own, no XML declaration.

    The same figure gives the same bytes. Ids carry the figure's name, so that a page can hold many charts.
    """
    buffer = io.StringIO()
    _drawn(figure, str).savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    name = "-".join(part for part in (figure.metric.name, figure.edition.id, figure.platform) if part)
    return accessible(
        buffer.getvalue(),
        name=name + ("-live" if figure.live else ""),
        title=clean(figure.headline),
        description=clean(figure.summary),
        colours=COLOURS,
    )


def png(figure: Figure, scale: float = 2) -> bytes:
    """The chart as a PNG on white, for mail and slides; `scale` times 420 pixels wide."""
    buffer = io.BytesIO()
    _drawn(figure, in_known_letters).savefig(
        buffer, format="png", dpi=72 * scale, facecolor="white", metadata={"Software": None}
    )
    return buffer.getvalue()


def _drawn(figure: Figure, printable: Callable[[str], str]) -> Drawing:
    prepare()
    canvas = Canvas(printable)
    if figure.edition.made_up:
        canvas.boxes([(MARGIN, MARGIN, INNER, 24)], None, outline=INK)
        canvas.text(WIDTH / 2, MARGIN + 17, wording.MADE_UP, weight="bold", anchor="center")
        canvas.space(32)
    canvas.paragraph(figure.headline, size=HEADLINE, weight="bold")
    canvas.space(4)
    canvas.paragraph(wording.subtitle(figure))
    canvas.space(12)
    if wording.is_empty(figure):
        canvas.space(16)
        withheld = bool(figure.rows) and figure.metric.chart == "bars"
        canvas.paragraph(
            "There is nothing that can be drawn."
            if withheld
            else "There is nothing to draw yet. This chart fills as items are found."
        )
        canvas.space(16)
    else:
        _KINDS[figure.metric.chart](canvas, figure)
    return canvas.finished()


def _nice_top(value: float) -> tuple[float, float]:
    """The end of a scale from 0 that holds the value, and its step: 1, 2 or 5 times a power of ten, at most 3 steps."""
    if value <= 0:
        return 1, 1
    step = 10.0 ** math.floor(math.log10(value / 3))
    for factor in (1, 2, 5, 10):
        if factor * step * 3 >= value:
            step *= factor
            break
    step = max(step, 1)
    return math.ceil(value / step) * step, step


def _tick(value: float) -> str:
    """A number on a scale, short: 500, 1.5k, 20k, 1.5m."""
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if value >= size:
            return wording.number(value / size) + letter
    return wording.number(round(value))


def _centre(x: float, words: str, left: float = MARGIN) -> float:
    """Where words in bold type are centred so that they stay between `left` and the margin."""
    half = len(words) * 5.4
    return min(max(x, left + half), WIDTH - MARGIN - half)


# Kinds of chart ------------------------------------------------------------------------------------------------------


def _bar(
    canvas: Canvas,
    words: str,
    share: float | None,
    *,
    colour: str = FIRST,
    hatch: str = "",
    track: bool = False,
) -> None:
    """Words and the bar they belong to, of the whole width or, with `track`, within its outline. No bar for unknown."""
    canvas.paragraph(words)
    canvas.space(2)
    if share is not None:
        if track:
            canvas.boxes([(MARGIN, canvas.height, INNER, 18)], None, outline=INK)
        outline = INK if hatch else None
        canvas.boxes([(MARGIN, canvas.height, max(INNER * share, 0), 18)], colour, hatch=hatch, outline=outline)
        canvas.line((MARGIN, canvas.height - 1), (MARGIN, canvas.height + 19))
        canvas.space(18)
    canvas.space(8)


def _more(canvas: Canvas, rows: Sequence[Any]) -> None:
    if len(rows) > wording.ROWS_TOLD:
        canvas.paragraph(f"{wording.number(len(rows) - wording.ROWS_TOLD)} more in the table.")


def _week_gaps(canvas: Canvas, figure: Figure) -> None:
    """For charts without a time axis: which platforms were not watched all the time that is counted."""
    platforms = sorted({platform for platform, _start, _end in wording.gaps_told(figure)})
    if platforms:
        names = ", ".join(wording.platform_name(platform) for platform in platforms)
        canvas.space(4)
        canvas.paragraph(f"Not watched all of the time: {names}.")


def _bars(canvas: Canvas, figure: Figure) -> None:
    rows = wording.dicts(figure)
    shown = rows if figure.metric.chart == "phases" else rows[: wording.ROWS_TOLD]
    longest = max(row["items"] or 0 for row in shown) or 1
    for row in shown:
        share = f" ({wording.show('share', row['share'])})" if "share" in row else ""
        value = wording.show("items", row["items"])
        words = f"{wording.bar_label(row)}: {value}{share}"
        _bar(canvas, words, None if row["items"] is None else row["items"] / longest)
    _more(canvas, rows)
    note = wording.not_listed(figure)
    if note:
        canvas.space(4)
        canvas.paragraph(note)
    _week_gaps(canvas, figure)


def _shares(canvas: Canvas, figure: Figure) -> None:
    rows = wording.dicts(figure)
    for row in rows[: wording.ROWS_TOLD]:
        share = wording.share_parts(row)[2]
        # What is withheld is a word, and has no bar.
        known = isinstance(share, int | float)
        _bar(canvas, wording.share_words(row), share if known else None, track=known)
    _more(canvas, rows)
    _week_gaps(canvas, figure)


def _coverage(canvas: Canvas, figure: Figure) -> None:
    rows = wording.by_source(figure)
    for row in rows[: wording.ROWS_TOLD]:
        hours = f"{wording.number(row['hours_watched'])} of {wording.number(row['hours'])} hours"
        words = f"{wording.shortened(row['source'])}: {hours} ({wording.percent(row['share'])})"
        _bar(canvas, words, row["share"], track=True)
    _more(canvas, rows)


def _voices(canvas: Canvas, figure: Figure) -> None:
    rows = wording.dicts(figure)
    longest = max(row["contributors"] for row in rows) or 1
    for row in rows[: wording.ROWS_TOLD]:
        name = wording.show("platform", row["platform"])
        contributors, voices = row["contributors"], row["effective_voices"]
        _bar(canvas, f"{name}: {wording.number(contributors)} contributors", contributors / longest)
        if voices is not None:
            canvas.space(-6)
            words = f"{wording.number(voices)} effective voices"
            _bar(canvas, words, voices / longest, colour=SECOND, hatch="//")
        canvas.space(6)
    _more(canvas, rows)
    _week_gaps(canvas, figure)


def _spread(canvas: Canvas, figure: Figure) -> None:
    rows = wording.dicts(figure)[: wording.ROWS_TOLD]
    top, step = _nice_top(max((row["upper_quartile"] or 0 for row in rows), default=0))
    left, right = MARGIN + 8, WIDTH - MARGIN - 16

    def at(value: float) -> float:
        return left + (right - left) * value / top

    for row in rows:
        known = f"{wording.number(row['items_known'])} of {wording.number(row['items'])} items known"
        name = wording.show("platform", row["platform"])
        if row["median"] is None:
            canvas.paragraph(f"{name}: {wording.NOT_AVAILABLE} ({known})")
            canvas.space(8)
            continue
        canvas.paragraph(f"{name}: median {wording.number(row['median'])} ({known})")
        canvas.space(12)
        low, high = row["lower_quartile"], row["upper_quartile"]
        canvas.line((at(low), canvas.height), (at(high), canvas.height), colour=FIRST, width=6)
        canvas.dot(at(row["median"]), canvas.height, 7)
        canvas.space(20)
    canvas.line((left, canvas.height), (right, canvas.height))
    canvas.space(18)
    for tick in range(round(top / step) + 1):
        canvas.line((at(tick * step), canvas.height - 18), (at(tick * step), canvas.height - 13))
        canvas.text(_centre(at(tick * step), _tick(tick * step)), canvas.height, _tick(tick * step), anchor="center")
    canvas.space(6)
    canvas.paragraph("Dot: median. Line: the middle half of the items.")
    _week_gaps(canvas, figure)


def _scale(canvas: Canvas, left: float, top: float, bottom: float, highest: float) -> float:
    """A vertical scale from 0 with faint lines; its end."""
    end, step = _nice_top(highest)
    for tick in range(round(end / step) + 1):
        y = bottom - (bottom - top) * tick * step / end
        canvas.line((left, y), (WIDTH - MARGIN, y), faint=tick > 0)
        canvas.text(left - 6, y + 5, _tick(tick * step), anchor="right")
    return end


def _hours(canvas: Canvas, figure: Figure) -> None:
    rows = wording.dicts(figure)
    left, height = MARGIN + 38.0, 180
    canvas.space(18)
    top, bottom = canvas.height, canvas.height + height
    highest = max(row["items"] or 0 for row in rows)
    end = _scale(canvas, left, top, bottom, highest)
    slot = (WIDTH - MARGIN - left) / 24
    canvas.boxes(
        [
            (left + slot * (row["local_hour"] + 0.1), bottom - tall, slot * 0.8, tall)
            for row in rows
            if (tall := height * (row["items"] or 0) / end)
        ],
        FIRST,
    )
    peak = next(row for row in rows if row["items"] == highest)
    words = wording.number(highest)
    x = _centre(left + slot * (peak["local_hour"] + 0.5), words, left)
    canvas.text(x, bottom - height * highest / end - 5, words, weight="bold", anchor="center")
    for at in range(0, 25, 6):
        anchor: Literal["center", "right"] = "right" if at == 24 else "center"
        canvas.line((left + slot * at, bottom), (left + slot * at, bottom + 5))
        canvas.text(left + slot * at, bottom + 20, f"{at:02}:00", anchor=anchor)
    canvas.space(height + 28)
    _week_gaps(canvas, figure)


def _days(canvas: Canvas, figure: Figure) -> None:
    panels = _panels(figure)
    first = min(day for _name, items, _members in panels for day in items)
    last = max(day for _name, items, _members in panels for day in items)
    zone = ZoneInfo(figure.edition.time_zone)
    if figure.edition.ends_on is not None:
        last = max(last, date.fromisoformat(figure.edition.ends_on))
    left, height = MARGIN + 38.0, 84
    slot = (WIDTH - MARGIN - left) / ((last - first).days + 1)
    ends = [seconds_since_1970(midnight(day, zone)) for day in (first, last + timedelta(days=1))]

    def x_of_day(day: date) -> float:
        return left + slot * (day - first).days

    def x_of(moment: str) -> float:
        share = (seconds_since_1970(moment) - ends[0]) / (ends[1] - ends[0])
        return left + (WIDTH - MARGIN - left) * min(max(share, 0), 1)

    begin = canvas.height
    canvas.space(18)
    if figure.edition.starts_on and figure.edition.ends_on:
        start, end = date.fromisoformat(figure.edition.starts_on), date.fromisoformat(figure.edition.ends_on)
        week = (x_of_day(start), x_of_day(end) + slot)
        bottom = begin + 18 + len(panels) * (26 + height) + (len(panels) - 1) * 14
        canvas.boxes([(week[0], begin, week[1] - week[0], bottom - begin)], WEEK)
        canvas.text(_centre(sum(week) / 2, "the week", left), begin + 14, "the week", anchor="center")
    unwatched = False
    for number, (name, items, members) in enumerate(panels):
        canvas.space(26 if number == 0 else 40)
        top, bottom = canvas.height, canvas.height + height
        holes = [
            (x_of(start), top, x_of(end) - x_of(start), float(height))
            for platform, start, end in figure.unwatched
            if platform in members and x_of(end) > x_of(start)
        ]
        unwatched = unwatched or bool(holes)
        canvas.boxes(holes, None, hatch="////", outline=UNWATCHED)
        # A scale for all would leave a platform with few items without anything to see.
        highest = max(count or 0 for count in items.values())
        end_of_scale = _scale(canvas, left, top, bottom, highest)
        canvas.text(MARGIN, top - 12, name, weight="bold")
        columns = [
            (x_of_day(day) + slot * 0.1, bottom - tall, slot * 0.8, tall)
            for day, count in items.items()
            if (tall := height * (count or 0) / end_of_scale)
        ]
        canvas.boxes(columns, FIRST)
        peak = wording.busiest({day.isoformat(): count for day, count in items.items()})
        if peak is not None:
            best = date.fromisoformat(peak.day)
            y = bottom - height * peak.items / end_of_scale
            words = wording.number(peak.items)
            x = _centre(x_of_day(best) + slot / 2, words, left)
            # Left of the column, where nothing is as high, when hatching would make the number hard to read.
            aside = any(hole[0] < x + 20 and x - 20 < hole[0] + hole[2] for hole in holes) and x > left + 50
            place: Literal["right", "center"] = "right" if aside else "center"
            canvas.text(x - slot if aside else x, y - 4, words, weight="bold", anchor=place)
        canvas.space(height)
    _day_ticks(canvas, first, last, figure.edition.starts_on, x_of_day=x_of_day, slot=slot)
    if len(panels) > 1:
        canvas.space(8)
        canvas.paragraph("Each panel has its own scale.")
    if unwatched:
        canvas.space(8)
        canvas.boxes([(MARGIN, canvas.height, 24, 16)], None, hatch="////", outline=UNWATCHED)
        together = any(len(members) > 1 for _name, _items, members in panels)
        words = "not watched; others: not all watched" if together else "not watched"
        canvas.text(MARGIN + 32, canvas.height + 13, words)
        canvas.space(18)


def _day_ticks(
    canvas: Canvas, first: date, last: date, anchor: str | None, *, x_of_day: Callable[[date], float], slot: float
) -> None:
    step = next(days for days in (1, 2, 7, 14, 28, 56, 366) if days * slot >= 72)
    origin = date.fromisoformat(anchor) if anchor else first
    day = first + timedelta(days=(origin - first).days % step)
    canvas.space(18)
    while day <= last:
        x = x_of_day(day) + slot / 2
        canvas.line((x, canvas.height - 18), (x, canvas.height - 13))
        words = wording.day(day.isoformat(), weekday=False, year=False)
        place: Literal["center", "right"] = "right" if x > WIDTH - MARGIN - 36 else "center"
        canvas.text(WIDTH - MARGIN if place == "right" else x, canvas.height, words, anchor=place)
        day += timedelta(days=step)
    canvas.space(4)


def _panels(figure: Figure) -> list[tuple[str, dict[date, int | None], tuple[str, ...]]]:
    """A series for each platform, the largest first, the smallest added up: name, items by day, the platforms in it."""
    series: dict[str, dict[date, int | None]] = {}
    for row in wording.dicts(figure):
        series.setdefault(row["platform"], {})[date.fromisoformat(row["local_day"])] = row["items"]
    order = sorted(series, key=lambda platform: (-sum(count or 0 for count in series[platform].values()), platform))
    alone = order if len(order) <= PANELS else order[: PANELS - 1]
    panels: list[tuple[str, dict[date, int | None], tuple[str, ...]]] = [
        (wording.platform_name(platform), series[platform], (platform,)) for platform in alone
    ]
    others = tuple(order[len(alone) :])
    if others:
        together: dict[date, int | None] = {}
        for platform in others:
            for day, count in series[platform].items():
                known = together.get(day)
                together[day] = known if count is None else count + (known or 0)
        panels.append(("Other platforms", together, others))
    return panels


_KINDS: Mapping[str, Callable[[Canvas, Figure], None]] = {
    "days": _days,
    "bars": _bars,
    "phases": _bars,
    "shares": _shares,
    "voices": _voices,
    "spread": _spread,
    "hours": _hours,
    "coverage": _coverage,
}
