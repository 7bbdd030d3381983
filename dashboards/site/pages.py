"""Our own pages: their addresses, and what each is given.

Each page gathers its data in one go on one of our own connections (`Archive.pool`) and is drawn by a template. Numbers
come from stored figures; nothing is computed here.
"""

from __future__ import annotations

import asyncio
import sqlite3
import urllib.parse
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from datasette import Response
from msgspec import Struct

from dashboards import editions, figures, wording
from dashboards.editions import EditionCount, EditionInfo
from dashboards.figures import Figure
from dashboards.metrics import Metric, load_all
from dashboards.site import downloads, numbers, phase, sources, words
from dashboards.site.archives import Archive
from dashboards.site.state import State, state_of
from dashboards.site.trouble import Absent

SECTIONS = (
    ("How much was published", ("items_per_day", "items_by_platform", "phases", "items_per_hour")),
    ("Who took part", ("contributors", "organisations", "organiser_share", "new_voices")),
    ("Who could see it", ("known_views", "potential_audience")),
    ("What was said and answered", ("hashtags", "comments_per_item")),
    ("Could everybody follow", ("alt_text", "camel_case")),
    ("How well it was watched", ("coverage",)),
)
"""The order of an edition's charts. A metric that is not named here stands under “More”."""

HOME = ("items_per_day", "items_by_platform", "organisations", "hashtags", "contributors", "new_voices")
"""The charts of the first page."""

ROWS_SHOWN = 500
"""Rows of a figure's table on its page; the download has them all."""


class Panel(Struct, frozen=True, kw_only=True):
    """A metric's place on a page."""

    metric: Metric
    figure: Figure | None
    svg: str | None
    href: str


class Section(Struct, frozen=True):
    title: str
    panels: tuple[Panel, ...]


def routes() -> list[tuple[str, Callable[..., Any]]]:
    """Patterns and views, looked at before Datasette's own."""
    demo, edition, metric = r"^(?P<demo>/demo)?", r"/editions/(?P<edition>[\w.-]+)", r"/(?P<metric>[a-z0-9_]+)"
    return [
        (rf"{demo}/$", home),
        (r"^/demo$", to_demo),
        (rf"{demo}{edition}$", edition_page),
        (rf"{demo}{edition}{metric}$", metric_page),
        (rf"{demo}{edition}{metric}\.(?P<format>csv|svg|png)$", download),
        (rf"{demo}/sources$", sources_page),
        (rf"{demo}/metrics$", metrics_page),
        (r"^/assets/(?P<name>[a-z.]+)$", asset),
        (r"^/favicon\.ico$", icon),
        (r"^/-/", nothing_here),
    ]


# Pages ---------------------------------------------------------------------------------------------------------------


async def home(request: Any, datasette: Any) -> Response:
    """The current edition, or what to do while there is nothing to show."""
    state, archive = _asked(request, datasette)

    def gather(conn: sqlite3.Connection) -> dict[str, Any]:
        now = archive.now(conn, state.now())
        current = figures.current_edition(conn, now)
        listed = figures.editions(conn)
        zone = _zone(current, listed)
        empty = not any(one.items for one in listed)
        found = _figures(conn, current, "", numbers.METRICS) if current else {}
        return {
            "now": now,
            "edition": current,
            "items": next((one.items for one in listed if one.edition == current), 0),
            "computed": bool(found),
            "numbers": numbers.numbers(found),
            "panels": _panels(conn, archive, current, "", HOME) if current else (),
            "editions": listed,
            "empty": empty,
            "sources": sources.health(conn, current, now).sources if empty else (),
            "undated": _undated(listed, now),
            "none_dated": bool(listed) and not any(one.edition.starts_on for one in listed),
            "zone": zone,
            "freshness": phase.freshness(sources.last_success(conn), current, now, zone),
        }

    return await _page(datasette, request, archive, "home.html", await archive.pool.run(gather))


async def to_demo(request: Any) -> Response:
    return Response.redirect("/demo/")


async def edition_page(request: Any, datasette: Any) -> Response:
    """Every figure of one edition, of all platforms or of one."""
    state, archive = _asked(request, datasette)
    edition_id, platform = request.url_vars["edition"], request.args.get("platform") or ""

    def gather(conn: sqlite3.Connection) -> dict[str, Any]:
        now = archive.now(conn, state.now())
        edition = _edition(conn, edition_id)
        found = _figures(conn, edition, platform, numbers.METRICS)
        return {
            "now": now,
            "edition": edition,
            "items": editions.items(conn, edition.id) if not found else None,
            "computed": bool(found),
            "platform": platform,
            "platforms": _platforms(conn, edition, platform),
            "numbers": numbers.numbers(found),
            "sections": tuple(
                Section(title, _panels(conn, archive, edition, platform, names)) for title, names in _sections()
            ),
        }

    return await _page(datasette, request, archive, "edition.html", await archive.pool.run(gather))


async def metric_page(request: Any, datasette: Any) -> Response:
    """One figure: chart, table, and how it is counted. With ?live=1 it is computed now instead of read."""
    state, archive = _asked(request, datasette)
    edition_id, platform = request.url_vars["edition"], request.args.get("platform") or ""
    metric = _metric(request.url_vars["metric"])
    live = request.args.get("live") == "1"

    def gather(conn: sqlite3.Connection) -> dict[str, Any]:
        now = archive.now(conn, state.now())
        edition = _edition(conn, edition_id)
        figure, svg = _figure(conn, metric, edition, platform, now if live else None)
        return {
            "now": now,
            "edition": edition,
            "metric": metric,
            "figure": figure,
            "svg": svg,
            "platform": platform,
            "platforms": _platforms(conn, edition, platform),
            "live": live,
            "most_rows": ROWS_SHOWN,
            "sql_url": _sql_url(archive, metric, edition.id, platform),
        }

    return await _page(datasette, request, archive, "metric.html", await archive.pool.run(gather))


async def download(request: Any, datasette: Any) -> Response:
    """A figure's rows as CSV, or its chart as SVG or PNG."""
    state, archive = _asked(request, datasette)
    edition_id, platform = request.url_vars["edition"], request.args.get("platform") or ""
    metric = _metric(request.url_vars["metric"])

    def gather(conn: sqlite3.Connection) -> tuple[Figure | None, str | None]:
        now = archive.now(conn, state.now())
        live = request.args.get("live") == "1"
        return _figure(conn, metric, _edition(conn, edition_id), platform, now if live else None)

    figure, svg = await archive.pool.run(gather)
    if figure is None:
        raise Absent("This figure has not been computed yet.")
    return await asyncio.to_thread(downloads.response, figure, svg, request.url_vars["format"])


async def sources_page(request: Any, datasette: Any) -> Response:
    """How every source does."""
    state, archive = _asked(request, datasette)

    def gather(conn: sqlite3.Connection) -> dict[str, Any]:
        now = archive.now(conn, state.now())
        current = figures.current_edition(conn, now)
        return {
            "now": now,
            "edition": current,
            "health": sources.health(conn, current, now),
            "zone": _zone(current, figures.editions(conn)),
        }

    return await _page(datasette, request, archive, "sources.html", await archive.pool.run(gather))


async def metrics_page(request: Any, datasette: Any) -> Response:
    """How everything is counted."""
    state, archive = _asked(request, datasette)

    def gather(conn: sqlite3.Connection) -> dict[str, Any]:
        current = figures.current_edition(conn, archive.now(conn, state.now()))
        return {"edition": current, "sections": tuple((title, _named(names)) for title, names in _sections())}

    return await _page(datasette, request, archive, "metrics.html", await archive.pool.run(gather))


async def asset(request: Any, datasette: Any) -> Response:
    state = state_of(datasette)
    found = state.assets.get(request.url_vars["name"]) if state else None
    if found is None:
        raise Absent("There is no such file.")
    return Response(
        found.content, content_type=found.content_type, headers={"cache-control": "max-age=31536000, immutable"}
    )


async def icon(request: Any, datasette: Any) -> Response:
    """Browsers ask for it unasked."""
    request.scope["url_route"]["kwargs"]["name"] = "icon.svg"
    return await asset(request, datasette)


async def nothing_here(request: Any) -> Response:
    """Datasette's pages about itself name files, threads and settings that are no visitor's business."""
    raise Absent("There is no page at this address.")


async def _page(datasette: Any, request: Any, archive: Archive, template: str, data: dict[str, Any]) -> Response:
    context = {"database": archive.database, "words": words, "wording": wording, "phase": phase, **data}
    body = await datasette.render_template(template, context, request=request)
    return Response.html(body, headers={"cache-control": "no-cache"})


# What pages are made of ----------------------------------------------------------------------------------------------


def _asked(request: Any, datasette: Any) -> tuple[State, Archive]:
    state = state_of(datasette)
    assert state is not None  # our routes exist only where it does
    if request.url_vars.get("demo") is None:
        return state, state.archive
    if state.demonstration is None:
        raise Absent("The demonstration has not been made. “coproweek demo” makes it.")
    return state, state.demonstration


def _edition(conn: sqlite3.Connection, edition_id: str) -> EditionInfo:
    edition = figures.edition(conn, edition_id)
    if edition is None:
        raise Absent("There is no such edition.")
    return edition


def _metric(name: str) -> Metric:
    metric = load_all().get(name)
    if metric is None:
        raise Absent("There is no such figure.")
    return metric


def _figure(
    conn: sqlite3.Connection, metric: Metric, edition: EditionInfo, platform: str, live_at: str | None
) -> tuple[Figure | None, str | None]:
    """A figure and its drawing: stored, or computed and drawn now."""
    if live_at is None:
        figure = figures.latest(conn, metric.name, edition.id, platform)
        if figure is None:
            return None, None
        return figure, figures.chart_svg(conn, metric.name, edition.id, platform) or _drawn(figure)
    figure = figures.live(conn, metric.name, edition.id, platform, live_at)
    return figure, _drawn(figure)


@lru_cache(maxsize=100)
def _drawn(figure: Figure) -> str:
    """The chart of a figure whose drawing is not stored."""
    from dashboards import charts

    return charts.svg(figure)


def _figures(
    conn: sqlite3.Connection, edition: EditionInfo, platform: str, names: tuple[str, ...]
) -> dict[str, Figure]:
    found = {name: figures.latest(conn, name, edition.id, platform) for name in names}
    return {name: figure for name, figure in found.items() if figure is not None}


def _panels(
    conn: sqlite3.Connection, archive: Archive, edition: EditionInfo, platform: str, names: tuple[str, ...]
) -> tuple[Panel, ...]:
    panels = []
    for metric in _named(names):
        figure, svg = _figure(conn, metric, edition, platform, None)
        href = f"{archive.prefix}/editions/{edition.id}/{metric.name}"
        if platform:
            href += "?" + urllib.parse.urlencode({"platform": platform})
        panels.append(Panel(metric=metric, figure=figure, svg=svg, href=href))
    return tuple(panels)


def _named(names: tuple[str, ...]) -> tuple[Metric, ...]:
    return tuple(load_all()[name] for name in names if name in load_all())


def _sections() -> tuple[tuple[str, tuple[str, ...]], ...]:
    placed = {name for _title, names in SECTIONS for name in names}
    others = tuple(name for name in load_all() if name not in placed)
    return (*SECTIONS, ("More", others)) if others else SECTIONS


def _platforms(conn: sqlite3.Connection, edition: EditionInfo, platform: str) -> list[str]:
    known = figures.platforms(conn, edition.id)
    if platform and platform not in known:
        raise Absent("This edition has nothing of that platform.")
    return known


def _zone(edition: EditionInfo | None, listed: list[EditionCount]) -> str:
    """The time zone in which moments are written: the edition's, else the first campaign's."""
    if edition:
        return edition.time_zone
    return listed[0].edition.time_zone if listed else "Europe/London"


def _undated(listed: list[EditionCount], now: str) -> list[EditionInfo]:
    """Editions of this year and later whose dates nobody has set."""
    return [one.edition for one in listed if one.edition.starts_on is None and one.edition.year >= int(now[:4])]


def _sql_url(archive: Archive, metric: Metric, edition_id: str, platform: str) -> str:
    values = {"sql": metric.sql, "edition": edition_id, "platform": platform}
    return f"/{archive.database}?{urllib.parse.urlencode(values)}"
