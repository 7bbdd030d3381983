"""Numbers and sentences: how a figure's values read, its headline and its text alternative. Pure functions.

Everything that prints a figure (table, chart, text alternative, report) prints its values by `show`, so that the
numbers are the same everywhere. British English.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dashboards.watching import Stretch, within

if TYPE_CHECKING:
    from dashboards.computing import Figure

NOT_AVAILABLE = "not available"
MADE_UP = "Made-up data: demonstration"
HEADLINE_WORDS = 15
ROWS_TOLD = 10
"""A bar chart shows, and its text alternative tells, this many rows; the table has them all."""
GAPS_TOLD = 3
LABEL_LENGTH = 60
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e"
ISOLATES = "\u2066\u2067\u2068\u2069"
"""Marks that turn the direction of the text after them, for good and until they end."""

_PLATFORMS = {
    "": "All platforms",
    "all": "All platforms",
    "x": "X",
    "linkedin": "LinkedIn",
    "tiktok": "TikTok",
    "youtube": "YouTube",
}
_MONTHS = (
    "January February March April May June July August September October November December"  # not the locale's
).split()
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SINGULAR = re.compile(r"(?<![\d.,])1 ((?:effective |equal )?(?:comment|contributor|day|hour|image|item|voice))s\b")

Row = Mapping[str, Any]


# Values --------------------------------------------------------------------------------------------------------------


def platform_name(platform: str) -> str:
    """A platform as people write it: `x` → X, `all` and '' → All platforms."""
    return _PLATFORMS.get(platform, platform[:1].upper() + platform[1:])


def on_platform(platform: str) -> str:
    """For the middle of a sentence: on X, on blogs, on all platforms."""
    name = platform_name(platform)
    return "on " + (name[:1].lower() + name[1:] if platform in ("", "all", "blogs") else name)


def number(value: float) -> str:
    """12,345 or 2.5: at most one decimal, halves rounded up as people do."""
    return f"{value:,}" if isinstance(value, int) else _one_decimal(value)


def percent(share: float) -> str:
    """0.371 → 37.1%. What is not quite nothing or not quite all says so."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.9995 <= share < 1:
        return "over 99.9%"
    return _one_decimal(100 * share) + "%"


def day(text: str, *, weekday: bool = True, year: bool = True) -> str:
    """YYYY-MM-DD as people write it: Monday 6 July 2026."""
    when = date.fromisoformat(text)
    parts = [_WEEKDAYS[when.weekday()]] if weekday else []
    parts += [str(when.day), _MONTHS[when.month - 1]]
    return " ".join(parts + ([str(when.year)] if year else []))


def span(first: str, last: str) -> str:
    """Two days as a period: 6 to 10 July 2026, 30 June to 4 July 2025."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if start == end:
        return day(last)
    if start.year != end.year:
        return f"{day(first, weekday=False)} to {day(last, weekday=False)}"
    if start.month != end.month:
        return f"{day(first, weekday=False, year=False)} to {day(last, weekday=False)}"
    return f"{start.day} to {day(last, weekday=False)}"


def stretch(start: str, end: str, zone: str) -> str:
    """A stretch of UTC time in local words: Tuesday 7 July 2026 14:00 to 18:00."""
    local = [datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)) for moment in (start, end)]
    days = [day(moment.date().isoformat()) for moment in local]
    ends = f"{local[1]:%H:%M}" if days[0] == days[1] else f"{days[1]} {local[1]:%H:%M}"
    return f"{days[0]} {local[0]:%H:%M} to {ends}"


def hour(value: int) -> str:
    """9 → 09:00 to 10:00."""
    return f"{value:02}:00 to {(value + 1) % 24:02}:00"


def show(column: str, value: Any) -> str:
    """A value of a figure's row as tables, summaries and the report print it; None is "not available".

    Shares (columns named `share` or ending in `_share`) become percentages with one decimal, other numbers get
    thousands separators, days are written out, platforms and phases get their names.
    """
    if value is None:
        return NOT_AVAILABLE
    if column == "share" or column.endswith("_share"):
        return percent(value)
    if column == "platform":
        return platform_name(value)
    if column == "phase":
        return str(value).capitalize()
    if column.endswith("_day"):
        return day(value)
    if column == "local_hour":
        return hour(value)
    if column in ("hashtag", "camel_case"):
        return f"#{value}"
    if column == "organiser":
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)


def label(column: str) -> str:
    """A column's name as a table's heading: items_total → Items total."""
    return column.replace("_", " ").capitalize()


# A figure in words ---------------------------------------------------------------------------------------------------


def dicts(figure: Figure) -> list[dict[str, Any]]:
    """The rows with their columns' names."""
    return [dict(zip(figure.columns, row, strict=True)) for row in figure.rows]


def bar_label(row: Row) -> str:
    """What a bar is called, not too long: a hashtag with the capitals by which it can be read aloud, if it has any."""
    first = next(iter(row))
    if first == "hashtag" and row["camel_case"] is not None:
        first = "camel_case"
    return isolated(shortened(show(first, row[first])))


def shortened(words: str) -> str:
    """At most 60 characters."""
    return words if len(words) <= LABEL_LENGTH else words[: LABEL_LENGTH - 1].rstrip() + "…"


def isolated(words: str) -> str:
    """Words that may be written from right to left, so that what stands around them keeps its order."""
    kept = "".join(letter for letter in words if letter not in OVERRIDES + ISOLATES)
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in kept):
        return f"\u2068{kept}\u2069"
    return kept


def is_empty(figure: Figure) -> bool:
    """Whether there is nothing to draw: no row, or none with anything counted."""
    rows = dicts(figure)
    if figure.metric.chart in ("days", "hours", "phases"):
        return not any(row["items"] for row in rows)
    return not rows


def by_source(figure: Figure) -> list[dict[str, Any]]:
    """The coverage metric's days added up for each source, the least watched first: hours_watched, hours, share."""
    sources: dict[tuple[str, str], list[float]] = {}
    for row in dicts(figure):
        total = sources.setdefault((row["platform"], row["source"]), [0.0, 0.0])
        total[0] += row["hours_watched"]
        total[1] += row["hours"]
    rows = [
        {
            "source": source,
            "platform": platform,
            # As they are printed, with one decimal, and not all of them where some are missing.
            "hours_watched": watched if watched == hours else math.floor(10 * watched + 1e-6) / 10,
            "hours": hours,
            "share": watched / hours,
        }
        for (platform, source), (watched, hours) in sources.items()
        if hours
    ]
    return sorted(rows, key=lambda row: (row["share"], row["platform"], row["source"]))


def gaps_told(figure: Figure) -> list[tuple[str, str, str]]:
    """The unwatched stretches that touch what the metric counts: of the week, or of all phases."""
    start, end = figure.edition.week_from_utc, figure.edition.week_to_utc
    if figure.metric.chart == "coverage":
        return []
    if not figure.metric.phases.startswith("week") or start is None or end is None:
        return list(figure.unwatched)
    week: Stretch = (start, end)
    return [(platform, *part) for platform, *gap in figure.unwatched for part in within([(gap[0], gap[1])], week)]


def headline(figure: Figure) -> str:
    """The trend in a sentence of at most 15 words."""
    if is_empty(figure):
        return _in_words(_nothing(figure))
    words = _HEADLINES[figure.metric.chart](figure)
    return _in_words(words)


def subtitle(figure: Figure) -> str:
    """What is measured, where, when and in which unit."""
    edition, metric = figure.edition, figure.metric
    parts = [metric.title, edition.campaign_title, on_platform(figure.platform).removeprefix("on ")]
    days = [row["local_day"] for row in dicts(figure)] if "local_day" in figure.columns else []
    if days:
        parts.append(span(min(days), max(days)))
    elif metric.chart == "phases":
        parts.append(f"all phases of {edition.year}")
    elif edition.starts_on and edition.ends_on:
        parts.append(span(edition.starts_on, edition.ends_on))
    return ", ".join(parts) + f". Unit: {metric.unit}"


def summary(figure: Figure) -> str:
    """The text alternative: made up or not, kind of chart, trend, the table's numbers, and what is missing."""
    parts = [f"{MADE_UP}."] if figure.edition.made_up else []
    if is_empty(figure):
        return " ".join([*parts, f"Empty chart. {figure.headline}."])
    parts.append(f"{_KINDS[figure.metric.chart]}. {figure.headline}.")
    parts.append("; ".join(_DETAILS[figure.metric.chart](figure)) + ".")
    gaps = gaps_told(figure)
    if gaps:
        zone = figure.edition.time_zone
        told = [f"{platform_name(platform)} {stretch(start, end, zone)}" for platform, start, end in gaps]
        more = [f"and {number(len(told) - GAPS_TOLD)} more times"] if len(told) > GAPS_TOLD else []
        parts.append(f"Not watched: {'; '.join(told[:GAPS_TOLD] + more)}.")
    return singular(" ".join(parts))


def _nothing(figure: Figure) -> str:
    edition, about_week = figure.edition, figure.metric.phases.startswith("week")
    if edition.week_from_utc is None:
        return "The dates of the week are not set yet"
    if about_week and figure.as_at <= edition.week_from_utc:
        return "The week has not begun yet"
    over = edition.week_to_utc is not None and figure.as_at >= edition.week_to_utc
    return f"{figure.metric.title}: nothing was found" if over else f"{figure.metric.title}: nothing has been found yet"


def _from_template(figure: Figure) -> str:
    """The metric's own sentence, filled from the first row."""
    row, template = dicts(figure)[0], figure.metric.headline
    places = [name for _text, name, _spec, _conversion in Formatter().parse(template) if name]
    if any(row[name] is None for name in places):
        return f"{figure.metric.title}: the number is not available"
    values = {name: bar_label(row) if name == "hashtag" else show(name, row[name]) for name in places}
    words = template.format(**values)
    return words if "platform" in places else words + _where(figure)


def _days_headline(figure: Figure) -> str:
    totals: dict[str, int] = {}
    for row in dicts(figure):
        totals[row["local_day"]] = totals.get(row["local_day"], 0) + (row["items"] or 0)
    peak = max(totals, key=lambda one: (totals[one], one))
    return f"Items{_where(figure)} peaked on {day(peak)}, with {number(totals[peak])} that day"


def _hours_headline(figure: Figure) -> str:
    rows = dicts(figure)
    peak = max(rows, key=lambda row: row["items"] or 0)
    total = sum(row["items"] or 0 for row in rows)
    items = f"{number(peak['items'])} of {number(total)} items"
    return f"The busiest hour{_where(figure)} was {hour(peak['local_hour'])}, with {items}"


def _phases_headline(figure: Figure) -> str:
    items = {row["phase"]: row["items"] for row in dicts(figure)}
    total = sum(count or 0 for count in items.values())
    if items.get("week") is None:
        begun = figure.edition.week_from_utc is not None and figure.as_at > figure.edition.week_from_utc
        return f"{number(total)} items came {'outside' if begun else 'before'} the week{_where(figure)}"
    return f"The week itself brought {number(items['week'])} of {number(total)} items{_where(figure)}"


def _coverage_headline(figure: Figure) -> str:
    # The coverage that every page says: of all platforms together it is not that of all sources added up.
    if figure.coverage is None:
        return "How much of the time was watched is not known"
    where = _where(figure) or ", over all platforms"
    return f"{percent(figure.coverage).capitalize()} of the time was watched{where}"


def _told(rows: Sequence[Row], tell: Callable[[Row], str]) -> list[str]:
    more = len(rows) - ROWS_TOLD
    return [tell(row) for row in rows[:ROWS_TOLD]] + ([f"{number(more)} more in the table"] if more > 0 else [])


def _days_details(figure: Figure) -> list[str]:
    platforms: dict[str, list[dict[str, Any]]] = {}
    for row in dicts(figure):
        platforms.setdefault(row["platform"], []).append(row)
    busiest = [max(rows, key=lambda row: row["items"] or 0) for rows in platforms.values()]
    return _told(
        sorted(busiest, key=lambda row: -(row["items"] or 0)),
        lambda row: (
            f"{show('platform', row['platform'])}: at most {show('items', row['items'])} items a day, "
            f"on {show('local_day', row['local_day'])}"
        ),
    )


def _bars_details(figure: Figure) -> list[str]:
    def tell(row: Row) -> str:
        share = f" ({show('share', row['share'])})" if "share" in row else ""
        return f"{bar_label(row)}: {show('items', row['items'])} items{share}"

    return _told(dicts(figure), tell)


def _hours_details(figure: Figure) -> list[str]:
    busy = sorted((row for row in dicts(figure) if row["items"]), key=lambda row: -row["items"])
    return [f"{show('local_hour', row['local_hour'])}: {show('items', row['items'])} items" for row in busy[:3]]


def _phases_details(figure: Figure) -> list[str]:
    return [
        f"{show('phase', row['phase'])}: {show('items', row['items'])}{'' if row['items'] is None else ' items'}"
        for row in dicts(figure)
    ]


def share_parts(row: Row) -> tuple[Any, Any, Any]:
    """A row of a `shares` chart: numerator, denominator and share are its second to fourth columns."""
    _first, numerator, denominator, share, *_rest = row.values()
    return numerator, denominator, share


def _shares_details(figure: Figure) -> list[str]:
    def tell(row: Row) -> str:
        numerator, denominator, share = share_parts(row)
        if share is None:
            return f"{show('platform', row['platform'])}: {NOT_AVAILABLE}"
        return f"{show('platform', row['platform'])}: {number(numerator)} of {number(denominator)} ({percent(share)})"

    return _told(dicts(figure), tell)


def _voices_details(figure: Figure) -> list[str]:
    return _told(
        dicts(figure),
        lambda row: (
            f"{show('platform', row['platform'])}: {show('contributors', row['contributors'])} contributors, "
            f"{show('effective_voices', row['effective_voices'])} effective voices, "
            f"the ten busiest published {show('top_10_share', row['top_10_share'])}"
        ),
    )


def _spread_details(figure: Figure) -> list[str]:
    def tell(row: Row) -> str:
        known = f"known for {number(row['items_known'])} of {number(row['items'])} items"
        if row["median"] is None:
            return f"{show('platform', row['platform'])}: {NOT_AVAILABLE}, {known}"
        return (
            f"{show('platform', row['platform'])}: median {number(row['median'])}, middle half from "
            f"{number(row['lower_quartile'])} to {number(row['upper_quartile'])} comments, {known}"
        )

    return _told(dicts(figure), tell)


def _coverage_details(figure: Figure) -> list[str]:
    return _told(
        by_source(figure),
        lambda row: (
            f"{row['source']}: {number(row['hours_watched'])} of {number(row['hours'])} hours ({percent(row['share'])})"
        ),
    )


_KINDS = {
    "days": "Column charts, one for each platform",
    "bars": "Bar chart",
    "phases": "Bar chart",
    "shares": "Bar chart of shares",
    "voices": "Bar chart with two bars a row",
    "spread": "Range chart of quartiles",
    "hours": "Column chart",
    "coverage": "Bar chart of shares, the least watched first",
}
_HEADLINES: Mapping[str, Callable[[Figure], str]] = {
    "days": _days_headline,
    "bars": _from_template,
    "phases": _phases_headline,
    "shares": _from_template,
    "voices": _from_template,
    "spread": _from_template,
    "hours": _hours_headline,
    "coverage": _coverage_headline,
}
_DETAILS: Mapping[str, Callable[[Figure], list[str]]] = {
    "days": _days_details,
    "bars": _bars_details,
    "phases": _phases_details,
    "shares": _shares_details,
    "voices": _voices_details,
    "spread": _spread_details,
    "hours": _hours_details,
    "coverage": _coverage_details,
}
CHARTS = frozenset(_KINDS)
"""The kinds of chart that a metric may name."""


def _where(figure: Figure) -> str:
    return f" {on_platform(figure.platform)}" if figure.platform else ""


def _one_decimal(value: float) -> str:
    return f"{Decimal(repr(round(value, 9))).quantize(Decimal('0.1'), ROUND_HALF_UP):,}".removesuffix(".0")


def singular(text: str) -> str:
    """1 items → 1 item."""
    return _SINGULAR.sub(lambda match: f"1 {match[1]}", text)


def _in_words(text: str) -> str:
    words = singular(text).split()
    return " ".join(words) if len(words) <= HEADLINE_WORDS else " ".join(words[:HEADLINE_WORDS]) + "…"
