"""From the archive to a `Report`: which edition, which stage, which figures, which cautions.

Numbers come from stored figures alone, brought up to date first; what was collected and how comes from `methods.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta

from dashboards import figures as stored
from dashboards.editions import EditionInfo
from dashboards.figures import Figure
from dashboards.metrics import load_all
from dashboards.report import audience, methods, onepage, tables
from dashboards.report.content import Exhibit, Report, Stage
from dashboards.report.errors import ReportError
from dashboards.report.methods import Watched
from dashboards.report.phrases import count, duration, is_email, listed, local_day, moment, part_of, public_link
from dashboards.watching import seconds
from dashboards.wording import day, is_empty, platform_name, show, span

SECTIONS = {
    "outputs": ("items_per_day", "items_by_platform", "phases", "items_per_hour", "hashtags"),
    "people": ("contributors", "organisations", "organiser_share", "new_voices"),
    "audience": ("known_views", "potential_audience"),
    "engagement": ("comments_per_item",),
    "access": ("alt_text", "camel_case"),
    "methods": ("coverage",),
}
"""Which metric stands in which section. One that stands in none is shown under "More figures"."""

POOR_COVERAGE = 0.9
"""A platform of which less of the week was watched gets a warning at the top of the report."""


def compose(
    conn: sqlite3.Connection,
    edition_id: str | None,
    now: str,
    *,
    contact: str | None,
    opt_out_page: str | None,
    software: str,
) -> Report:
    """Everything the report says. Raises ReportError where there is nothing honest to report."""
    edition = choose(conn, edition_id, now)
    stage = stage_of(edition, now)
    figures, drawings = _figures(conn, edition, now)
    watched = methods.watched(conn, edition, now)
    not_watched = tuple(
        platform for platform in methods.WELL_KNOWN if platform not in {one.platform for one in watched}
    )
    if not audience.views_known(figures):
        figures.pop("known_views", None)
    if not audience.followers_known(figures):
        figures.pop("potential_audience", None)
    as_at = min((figure.as_at for figure in figures.values()), default=now)
    assert edition.starts_on and edition.ends_on and edition.frozen_at_utc
    return Report(
        edition=edition,
        stage=stage,
        made_up=edition.made_up,
        dates=span(edition.starts_on, edition.ends_on),
        made_at=moment(now, edition.time_zone),
        as_at=moment(as_at, edition.time_zone),
        frozen_on=day(local_day(edition.frozen_at_utc, edition.time_zone)),
        contact=contact,
        contact_email=contact if is_email(contact) else None,
        contact_link=public_link(contact),
        opt_out_link=public_link(opt_out_page),
        software=software,
        cautions=cautions(edition, stage, watched, as_at, onepage.week_items(figures)),
        one_page=onepage.one_page(figures, edition, stage, watched, not_watched),
        audience=audience.sentences(figures),
        exhibits=exhibits(figures, drawings),
        watched=tuple(watched),
        not_watched=not_watched,
        facts=methods.facts(conn, edition),
    )


def choose(conn: sqlite3.Connection, edition_id: str | None, now: str) -> EditionInfo:
    """The edition asked for; without one, the latest whose week has begun and that has items.

    Raises ReportError where it is unknown, has no dates, has not begun or has no items.
    """
    counts = stored.editions(conn)
    if edition_id is None:
        begun = [one for one in counts if one.items and (one.edition.week_from_utc or "~") <= now]
        if not begun:
            raise ReportError(
                "There is nothing to report on yet: no edition whose week has begun has any posts in this archive. "
                + (_waiting(conn) or "Run `coproweek collect`, or set the dates of the edition in config.toml.")
            )
        return max(begun, key=lambda one: one.edition.week_from_utc or "").edition
    found = next((one for one in counts if one.edition.id == edition_id), None)
    if found is None:
        known = ", ".join(one.edition.id for one in counts if one.items) or "none with posts"
        raise ReportError(f"This archive knows no edition {edition_id!r}. Editions with posts: {known}.")
    edition = found.edition
    if edition.week_from_utc is None or edition.starts_on is None:
        raise ReportError(
            f"{edition.title} ({edition.id}) has no dates yet, so nobody can say which posts are of its week. "
            + (
                _waiting(conn, edition)
                or "Set `starts_on` and `ends_on` for it in config.toml, run `coproweek collect` and ask again."
            )
        )
    if edition.week_from_utc > now:
        raise ReportError(
            f"{edition.title} ({edition.id}) begins on {day(edition.starts_on)}. A report before its week would say "
            "nothing of it. The pages show what has been published so far."
        )
    if not found.items:
        raise ReportError(
            f"This archive has no posts of {edition.title} ({edition.id}), so there is nothing to report. "
            "Run `coproweek collect`, or look at `coproweek status` for sources that fail."
        )
    return edition


def _waiting(conn: sqlite3.Connection, edition: EditionInfo | None = None) -> str:
    """The tagged posts, of one edition's year or of all, that wait for dates, and what to do; '' where none wait."""
    years = conn.execute(
        """
        SELECT substr(posts.published_at, 1, 4) AS year, count(DISTINCT posts.id)
        FROM post_matches JOIN posts ON posts.id = post_matches.post_id
        WHERE posts.hidden_reason IS NULL
            AND NOT EXISTS (SELECT 1 FROM edition_posts WHERE edition_posts.post_id = posts.id)
            AND (:campaign IS NULL OR (post_matches.campaign_id = :campaign AND year = :year))
            AND EXISTS (SELECT 1 FROM editions WHERE editions.campaign_id = post_matches.campaign_id
                AND editions.year = CAST(year AS INTEGER) AND editions.starts_on IS NULL)
        GROUP BY 1 ORDER BY 1
        """,
        {"campaign": edition and edition.campaign_id, "year": edition and str(edition.year)},
    ).fetchall()
    if not years:
        return ""
    waiting = [f"{count(posts, 'post')} {'was' if posts == 1 else 'were'} published in {year}" for year, posts in years]
    whose = "that year's" if len(years) == 1 else "those years'"
    return f"{listed(waiting)}, and {whose} dates are not set: add starts_on and ends_on to config.toml."


def stage_of(edition: EditionInfo, now: str) -> Stage:
    if edition.week_to_utc is not None and now < edition.week_to_utc:
        return "so far"
    return "final" if edition.frozen_at_utc is not None and now >= edition.frozen_at_utc else "first"


def cautions(
    edition: EditionInfo, stage: Stage, watched: Sequence[Watched], as_at: str, items: int | None
) -> tuple[str, ...]:
    """What stands before any number, each in a sentence or two; empty where nothing needs saying."""
    said = []
    if stage == "so far" and edition.ends_on:
        said.append(f"The week is still running: these are the figures so far. It ends on {day(edition.ends_on)}.")
    elif edition.week_to_utc and as_at < edition.week_to_utc:
        when = moment(as_at, edition.time_zone)
        said.append(f"Nothing has been collected since {when}. The end of the week is missing.")
    if items == 0:
        said.append("No item was published in the week itself. What was found is from before or after it.")
    said += _late(edition, watched)
    for one in watched:
        name = platform_name(one.platform)
        if one.imported:
            said.append(f"{name}: these items come from files that somebody exported. What was not in them is missing.")
        elif one.share is None:
            said.append(f"{name}: nothing is known of how much of the week was watched. Its numbers may be too low.")
        elif not one.share and not one.read:
            said.append(f"{name}: nobody read any of the week, so its numbers may be too low.")
        elif one.share < POOR_COVERAGE and one.source_by_source:
            said.append(f"{onepage.sources_read(one)}. Their numbers may be too low.")
        elif one.share < POOR_COVERAGE:
            gap = duration(timedelta(seconds=seconds([one.gap]))) if one.gap else ""
            read = "read back" if one.read_back else "watched"
            said.append(
                f"{name}: only {show('share', one.share)} of the week was {read}, so its numbers may be too low. "
                f"The longest gap was {gap}."
            )
        if not one.imported:
            said += _failing(one)
    if not any(one.share for one in watched):
        said.append("Nobody watched any platform during this week. Do not compare it with other years.")
    return tuple(said)


def _late(edition: EditionInfo, watched: Sequence[Watched]) -> list[str]:
    """That collecting began when the week had begun or was over: of all platforms in one line where it is one day."""
    assert edition.ends_on
    days = {one.platform: one.began and local_day(one.began, edition.time_zone) for one in watched if not one.imported}
    together = len(set(days.values())) == 1
    said = []
    for platform, began in {"": next(iter(days.values()))}.items() if together else days.items():
        if not began:
            continue
        last, then = date.fromisoformat(edition.ends_on), date.fromisoformat(began)
        when = f"{count((then - last).days, 'day')} after the week" if then > last else "during the week"
        whose = f"{platform_name(platform)}: collecting" if platform else "Collecting"
        said.append(f"{whose} began on {day(began, weekday=False)}, {when}: posts removed before then are missing.")
    return said


def _failing(one: Watched) -> list[str]:
    """The sources that gave nothing of the week, in a line or two."""
    noun = "blog" if one.source_by_source else "source"
    name = platform_name(one.platform)
    said = []
    if one.silent:
        said.append(f"{name}: {part_of(one.silent, one.sources, noun)} never answered. What they show is missing.")
    failed = one.sources - one.read - one.silent
    if one.read and failed > 0:
        said.append(f"{name}: nothing of the week could be read from {part_of(failed, one.sources, noun)}.")
    return said


def _figures(conn: sqlite3.Connection, edition: EditionInfo, now: str) -> tuple[dict[str, Figure], dict[str, str]]:
    """Every metric's figure for all platforms, brought up to date, and its drawing."""
    from dashboards import charts

    stored.migrate(conn)
    # Drawn here only where no drawing is stored: the report needs one of each metric, the pages one of each platform.
    stored.refresh(conn, now, editions=[edition.id])
    figures: dict[str, Figure] = {}
    drawings: dict[str, str] = {}
    for name in load_all():
        figure = stored.latest(conn, name, edition.id)
        if figure is None:
            # Where the posts are gone, their time being over, to count them now would give a 0 that was never true.
            if edition.content_removed_at:
                continue
            figure = stored.live(conn, name, edition.id, "", now)
        figures[name] = figure
        drawing = stored.chart_svg(conn, name, edition.id)
        drawings[name] = charts.svg(figure) if drawing is None else drawing
    return figures, drawings


def exhibits(figures: dict[str, Figure], drawings: dict[str, str]) -> dict[str, tuple[Exhibit, ...]]:
    """The figures by section, tables numbered in the order in which the sections come."""
    placed = {name for names in SECTIONS.values() for name in names}
    more = tuple(name for name in figures if name not in placed)
    number = 0
    answer: dict[str, tuple[Exhibit, ...]] = {}
    for section, names in {**SECTIONS, "more": more}.items():
        shown = []
        for name in names:
            if name in figures:
                number += 1
                shown.append(exhibit(figures[name], drawings.get(name), number))
        answer[section] = tuple(shown)
    return answer


def exhibit(figure: Figure, drawing: str | None, number: int) -> Exhibit:
    from dashboards import charts

    drawable = tables.fit_to_draw(figure)
    no_chart = ""
    if drawable is None:
        no_chart = "There is no chart: it would show counts of fewer than 10 people."
    elif is_empty(drawable):
        no_chart = f"{figure.headline}."
    elif drawable is not figure:
        drawing = charts.svg(drawable)
    return Exhibit(
        metric=figure.metric,
        figure=figure,
        svg=None if no_chart else drawing,
        no_chart=no_chart,
        summary="" if drawable is None else drawable.summary,
        table=tables.table(figure),
        table_number=number,
        as_at=moment(figure.as_at, figure.edition.time_zone),
    )
