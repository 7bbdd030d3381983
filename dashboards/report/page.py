"""A `Report` as one HTML file that needs nothing else: no request, no script, its style inside, its charts inline.

Only sets out: what is said is decided in `compose.py` and `onepage.py`, fixed words stand in the templates.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from dashboards.report import phrases
from dashboards.report.content import Report
from dashboards.report.methods import Watched
from dashboards.watching import seconds
from dashboards.wording import number, platform_name, show

if TYPE_CHECKING:
    from jinja2 import Environment

TITLES = {
    "one-page": "The week on one page",
    "objectives": "Did we do what we said?",
    "inputs": "What went in",
    "outputs": "What was published",
    "people": "Who took part",
    "audience": "Who may have seen it",
    "engagement": "How people answered",
    "access": "How accessible the campaign was",
    "more": "More figures",
    "learning": "What we learn",
    "absent": "What this report does not have",
    "methods": "Sources and methods",
    "tables": "The numbers",
    "words": "Words used here",
    "rights": "Your rights, and using this report",
}
"""The sections in order: their ids and headings."""


def version(report: Report) -> str:
    """Which report of the edition this is, and what will still change."""
    if report.stage == "so far":
        return "Figures so far: the week is still running"
    if report.stage == "first":
        return f"First report: figures may still change until {report.frozen_on}"
    revision = max((one.figure.revision or 1 for one in report.all_exhibits), default=1)
    return "Final report" + (f", revision {revision}: the archive changed afterwards" if revision > 1 else "")


def render(report: Report) -> bytes:
    """The whole file, UTF-8."""
    from dashboards.charts import STYLESHEET

    jinja, edition = environment(), report.edition
    assert edition.lead_up_from_utc and edition.week_from_utc and edition.week_to_utc and edition.after_to_utc
    page = jinja.get_template("report.html").render(
        report=report,
        css=STYLESHEET + jinja.get_template("report.css").render(),
        titles=TITLES,
        contents=[(id, title) for id, title in TITLES.items() if id != "more" or report.exhibits["more"]],
        version=version(report),
        lead_up_days=_days(edition.lead_up_from_utc, edition.week_from_utc),
        after_days=_days(edition.week_to_utc, edition.after_to_utc),
    )
    return page.strip().encode("utf-8", "replace") + b"\n"


def _days(start: str, end: str) -> int:
    """Whole days between two local midnights; one of them may be an hour longer or shorter than the others."""
    return round(seconds([(start, end)]) / 86_400)


@cache
def environment() -> Environment:
    """The templates of the report and the mail: everything that is put into HTML is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    jinja = Environment(
        loader=PackageLoader("dashboards.report"),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.filters.update(
        capital=phrases.capital,
        moment=phrases.moment,
        number=number,
        platform=platform_name,
        show=show,
        gap=gap,
        sources=sources,
        hashtags=lambda tags: ", ".join(f"#{tag}" for tag in tags) or "none",
        quoted=lambda words: ", ".join(f"“{one}”" for one in words) or "none",
        # Drawn by our own charts.py, which escapes what it writes.
        safe_svg=Markup,
    )
    return jinja


def sources(one: Watched) -> str:
    """What was asked on a platform: names where they may be given, else a count."""
    if one.imported:
        return phrases.capital(phrases.count(one.unnamed + len(one.named), "imported file"))
    unnamed = phrases.count(one.unnamed, "other source") if one.unnamed else ""
    said = [*one.named, unnamed] if unnamed else list(one.named)
    answer = phrases.listed(said) or "none configured today"
    if one.silent:
        answer += f" ({phrases.count(one.silent, 'source')} never answered)"
    return answer


def gap(one: Watched) -> str:
    if one.share is None:
        return "not known"
    if one.source_by_source and one.share < 1:
        return "each blog has its own"
    if one.gap is None:
        return "none"
    return phrases.duration(timedelta(seconds=seconds([one.gap])))
