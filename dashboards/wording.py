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

from msgspec import Struct

from dashboards.small_counts import FEWER, WITHHELD
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
_COUNTED = "comment|contributor|day|hashtag|hour|image|item|voice"
_SINGULAR = re.compile(rf"(?<![\d.,])1 ((?:effective |equal )?(?:{_COUNTED}))s\b")
_ONLY = re.compile(r"(?<![\d.,])1 of (the week's)? ?1 items\b")

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

    What a figure says in the place of a number that it withholds is printed as it is.

    Shares (columns named `share` or ending in `_share`) become percentages with one decimal, other numbers get
    thousands separators, days are written out, platforms and phases get their names.
    """
    if value is None:
        return NOT_AVAILABLE
    if value in (FEWER, WITHHELD):
        return str(value)
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
    # A row without a hashtag says only how many are not listed.
    return not any(next(iter(row.values())) is not None for row in rows)


class Busiest(Struct, frozen=True):
    """The day with most items."""

    day: str
    """The first one, where several have as many: YYYY-MM-DD."""
    others: int
    """How many other days have as many."""
    items: int


def busiest(days: Mapping[str, int | None]) -> Busiest | None:
    """The one rule for the busiest day, from days (YYYY-MM-DD) and their items: the first of those with most items.

    None where no day has any.
    """
    most = max((items or 0 for items in days.values()), default=0)
    if not most:
        return None
    best = sorted(day for day, items in days.items() if items == most)
    return Busiest(best[0], len(best) - 1, most)


def busiest_day(figure: Figure) -> Busiest | None:
    """The busiest day of an items-per-day figure, all its platforms added up; None where no day has an item."""
    totals: dict[str, int | None] = {}
    for row in dicts(figure):
        totals[row["local_day"]] = (totals.get(row["local_day"]) or 0) + (row["items"] or 0)
    return busiest(totals)


def busiest_words(found: Busiest) -> str:
    """Monday 6 July 2026, or Monday 6 July 2026 and 2 other days."""
    return day(found.day) + _and_others(found.others, "day")


def _and_others(others: int, noun: str) -> str:
    if not others:
        return ""
    return f" and {number(others)} other {noun}{'' if others == 1 else 's'}"


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
    withheld = [not_listed(figure)] if not_listed(figure) else []
    if is_empty(figure):
        return singular(" ".join([*parts, f"Empty chart. {figure.headline}.", *withheld]))
    parts.append(f"{_KINDS[figure.metric.chart]}. {figure.headline}.")
    parts.append("; ".join(_DETAILS[figure.metric.chart](figure)) + ".")
    parts += withheld
    gaps = gaps_told(figure)
    if gaps:
        zone = figure.edition.time_zone
        told = [f"{platform_name(platform)} {stretch(start, end, zone)}" for platform, start, end in gaps]
        more = [f"and {number(len(told) - GAPS_TOLD)} more"] if len(told) > GAPS_TOLD else []
        parts.append(f"Not watched: {'; '.join(told[:GAPS_TOLD] + more)}.")
    return singular(" ".join(parts))


def _nothing(figure: Figure) -> str:
    edition, about_week = figure.edition, figure.metric.phases.startswith("week")
    if edition.week_from_utc is None:
        return "The dates of the week are not set yet"
    if about_week and figure.as_at <= edition.week_from_utc:
        return "The week has not begun yet"
    if figure.rows and dicts(figure)[0].get("not_listed"):
        return f"No hashtag is listed: {number(dicts(figure)[0]['not_listed'])} could lead to one person"
    over = edition.week_to_utc is not None and figure.as_at >= edition.week_to_utc
    return f"{figure.metric.title}: nothing was found" if over else f"{figure.metric.title}: nothing has been found yet"


def _from_template(figure: Figure) -> str:
    """The metric's own sentence, filled from the first row."""
    row, template = dicts(figure)[0], figure.metric.headline
    places = [name for _text, name, _spec, _conversion in Formatter().parse(template) if name]
    if any(row[name] is None for name in places):
        return f"{figure.metric.title}: the number is not available"
    if any(row[name] in (FEWER, WITHHELD) for name in places):
        return f"{figure.metric.title}: too few people to print a number"
    values = {name: bar_label(row) if name == "hashtag" else show(name, row[name]) for name in places}
    words = template.format(**values)
    left_out = [other["platform"] for other in dicts(figure) if "organiser_items" in other and other["share"] is None]
    if left_out:
        words += f", {platform_name(left_out[0])} left out" if len(left_out) == 1 else ", some platforms left out"
    return words if "platform" in places else words + _where(figure)


def not_listed(figure: Figure) -> str:
    """How many hashtags are withheld, and why; empty where none is."""
    count = dicts(figure)[0].get("not_listed") if figure.rows else None
    if not count:
        return ""
    return (
        f"Not listed: {number(count)} hashtags that one person alone used, or that are an account name of somebody "
        "who took part."
    )


def _bars_headline(figure: Figure) -> str:
    rows = dicts(figure)
    if "organisation" not in rows[0]:
        return _from_template(figure)
    most = rows[0]["items"]
    name, items, where = bar_label(rows[0]), f"{number(most)} items", _where(figure)
    if len(rows) == 1:
        return f"{name} alone published among registered organisations: {items}{where}"
    others = sum(row["items"] == most for row in rows) - 1
    if others:
        others_words = _and_others(others, "organisation")
        return f"{name}{others_words} published most: {items} each{where}"
    return f"{name} published most among registered organisations: {items}{where}"


def _voices_headline(figure: Figure) -> str:
    row, where = dicts(figure)[0], _where(figure)
    contributors, voices = row["contributors"], row["effective_voices"]
    if not contributors or voices is None:
        return f"Of no item{where} is the author known"
    if contributors == 1:
        return f"1 contributor took part{where}"
    if abs(contributors - voices) < 0.05:
        return f"{number(contributors)} contributors took part{where}, all equally busy"
    return f"{number(contributors)} contributors are as varied as {about(voices)} equal voices{where}"


def about(value: float) -> str:
    """A number that was worked out, for a sentence: about 152, about 4.6."""
    return "about " + (number(int(_whole(value))) if value >= 9.95 else number(value))


def _spread_headline(figure: Figure) -> str:
    row = dicts(figure)[0]
    if row["median"] is not None and row["items_known"] == 1:
        return f"The only item whose comments are known has {number(row['median'])} comments{_where(figure)}"
    return _from_template(figure)


def _days_headline(figure: Figure) -> str:
    peak = busiest_day(figure)
    assert peak is not None  # a figure in which no day has any has another headline
    if peak.others:
        return f"Items{_where(figure)} peaked at {number(peak.items)} on {busiest_words(peak)}"
    return f"Items{_where(figure)} peaked on {busiest_words(peak)}, with {number(peak.items)} that day"


def _hours_headline(figure: Figure) -> str:
    rows = dicts(figure)
    peak = max(rows, key=lambda row: row["items"] or 0)
    total = sum(row["items"] or 0 for row in rows)
    items = f"{number(peak['items'])} of {number(total)} items"
    others = sum(row["items"] == peak["items"] for row in rows) - 1
    if others:
        hours = f"{hour(peak['local_hour'])} and {number(others)} other{'' if others == 1 else 's'}"
        return f"The busiest hours{_where(figure)} had {number(peak['items'])} items: {hours}"
    return f"The busiest hour{_where(figure)} was {hour(peak['local_hour'])}, with {items}"


def _phases_headline(figure: Figure) -> str:
    items = {row["phase"]: row["items"] for row in dicts(figure)}
    total, where = sum(count or 0 for count in items.values()), _where(figure)
    # A sum without a part that nobody watched would pass for the whole.
    unknown = any(items.get(phase) is None for phase in _begun(figure))
    if items.get("week") is not None:
        of = "" if unknown else f" of {number(total)}"
        return f"The week itself brought {number(items['week'])}{of} items{where}"
    if "week" in _begun(figure):
        return f"Nobody watched the week{where}: its items are not known"
    if unknown:
        return f"At least {number(total)} items came before the week{where}"
    return f"{number(total)} items came before the week{where}"


def _begun(figure: Figure) -> list[str]:
    """The phases that have begun when the figure was computed."""
    edition = figure.edition
    starts = {
        "early": edition.early_from_utc,
        "lead-up": edition.lead_up_from_utc,
        "week": edition.week_from_utc,
        "after": edition.week_to_utc,
    }
    return [phase for phase, start in starts.items() if start is not None and start < figure.as_at]


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
    found = [
        {"platform": platform, "busiest": busiest({row["local_day"]: row["items"] for row in rows})}
        for platform, rows in platforms.items()
    ]
    unknown = {platform for platform, rows in platforms.items() if all(row["items"] is None for row in rows)}

    def tell(row: Row) -> str:
        name, peak = show("platform", row["platform"]), row["busiest"]
        if peak is None:
            return f"{name}: {NOT_AVAILABLE if row['platform'] in unknown else 'no items'}"
        return f"{name}: at most {number(peak.items)} items a day, on {busiest_words(peak)}"

    return _told(sorted(found, key=lambda row: -row["busiest"].items if row["busiest"] else 0), tell)


def _bars_details(figure: Figure) -> list[str]:
    def tell(row: Row) -> str:
        if row["items"] is None:
            return f"{bar_label(row)}: {NOT_AVAILABLE}"
        share = f" ({show('share', row['share'])})" if row.get("share") is not None else ""
        return f"{bar_label(row)}: {number(row['items'])} items{share}"

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


def share_words(row: Row) -> str:
    """A row of a `shares` chart in words: Blogs: 2 of 9 (22.2%)."""
    numerator, denominator, share = share_parts(row)
    name = show("platform", row["platform"])
    if share is None or numerator == WITHHELD:
        return f"{name}: {show('share', share)}"
    if share == WITHHELD:
        return f"{name}: {show('', numerator)} of {number(denominator)}"
    return f"{name}: {number(numerator)} of {number(denominator)} ({percent(share)})"


def _shares_details(figure: Figure) -> list[str]:
    return _told(dicts(figure), share_words)


def _voices_details(figure: Figure) -> list[str]:
    def tell(row: Row) -> str:
        name, contributors = show("platform", row["platform"]), row["contributors"]
        if not contributors or row["effective_voices"] is None:
            return f"{name}: no item's author is known"
        words = f"{name}: {number(contributors)} contributors"
        if contributors > 1:
            words += f", {number(row['effective_voices'])} effective voices"
        if contributors > 10:
            words += f", the ten busiest published {show('top_10_share', row['top_10_share'])}"
        return words

    return _told(dicts(figure), tell)


def _spread_details(figure: Figure) -> list[str]:
    def tell(row: Row) -> str:
        known = f"known for {number(row['items_known'])} of {number(row['items'])} items"
        if row["median"] is None:
            return f"{show('platform', row['platform'])}: {NOT_AVAILABLE}, {known}"
        low, high = row["lower_quartile"], row["upper_quartile"]
        middle = f"{number(low)} comments" if low == high else f"from {number(low)} to {number(high)} comments"
        return f"{show('platform', row['platform'])}: median {number(row['median'])}, middle half {middle}, {known}"

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
    "bars": _bars_headline,
    "phases": _phases_headline,
    "shares": _from_template,
    "voices": _voices_headline,
    "spread": _spread_headline,
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


def _whole(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(1), ROUND_HALF_UP)


def singular(text: str) -> str:
    """1 items → 1 item; 1 of 1 items → the only item."""
    return _SINGULAR.sub(lambda match: f"1 {match[1]}", _ONLY.sub(_only, text))


def _only(match: re.Match[str]) -> str:
    return f"{match[1] or 'the'} only item"


def _in_words(text: str) -> str:
    words = singular(text).split()
    return " ".join(words) if len(words) <= HEADLINE_WORDS else " ".join(words[:HEADLINE_WORDS]) + "…"
