"""Our own pages: their addresses, what each is given, and what is said when something goes wrong.

Each page gathers its data in one go on one of our own connections (`Archive.pool`) and is drawn by a template. Numbers
come from stored figures; nothing is computed here.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import urllib.parse
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from datasette import NotFound, Response
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from msgspec import Struct

from dashboards import figures, wording
from dashboards.editions import EditionCount, EditionInfo
from dashboards.figures import Figure
from dashboards.metrics import Metric, load_all
from dashboards.site import downloads, numbers, phase, sources, words
from dashboards.site.archives import Archive
from dashboards.site.state import State, state_of

log = logging.getLogger(__name__)

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


class Absent(Exception):
    """There is no such page of ours. Not Datasette's NotFound, after which it tries the address without its slash."""


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
        health = sources.health(conn, current, now)
        zone = _zone(current, listed)
        return {
            "now": now,
            "edition": current,
            "numbers": numbers.numbers(_figures(conn, current, "", numbers.METRICS)) if current else (),
            "panels": _panels(conn, archive, current, "", HOME) if current else (),
            "editions": listed,
            "empty": not any(one.items for one in listed),
            "undated": _undated(listed, now),
            "none_dated": bool(listed) and not any(one.edition.starts_on for one in listed),
            "health": health,
            "zone": zone,
            "freshness": phase.freshness(health.last_success_at, current, now, zone),
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
        return {
            "now": now,
            "edition": edition,
            "platform": platform,
            "platforms": _platforms(conn, edition, platform),
            "numbers": numbers.numbers(_figures(conn, edition, platform, numbers.METRICS)),
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


# Around every page ---------------------------------------------------------------------------------------------------


async def frame(state: State, request: Any, database: str | None, template: str) -> dict[str, Any]:
    """What the frame of every page, Datasette's too, is given as `site`."""
    path = request.path if request else "/"
    archive = state.of_database(database) or state.of_path(path)
    prefix = archive.prefix
    nav = [
        ("Now", f"{prefix}/"),
        ("Sources", f"{prefix}/sources"),
        ("How we count", f"{prefix}/metrics"),
        ("Explore the data", f"/{archive.database}"),
    ]
    given = {
        "prefix": prefix,
        "home": f"{prefix}/",
        "nav": [{"label": label, "href": href, "current": _current(path, href, prefix)} for label, href in nav],
        "made_up": archive.made_up,
        "real_home": "/" if archive is not state.archive else None,
        "demonstration": f"{state.demonstration.prefix}/" if state.demonstration else None,
        "stylesheet": state.assets["site.css"].url,
        "icon": state.assets["icon.svg"].url,
        "tables": archive.tables(),
    }
    if template == "database.html":
        current = await archive.pool.run(lambda conn: figures.current_edition(conn, archive.now(conn, state.now())))
        given["query_values"] = urllib.parse.urlencode({"edition": current.id if current else "", "platform": ""})
    return given


def _current(path: str, href: str, prefix: str) -> str | None:
    """How a link of the navigation is marked: as this page, as the section this page is in, or not at all."""
    if path == href:
        return "page"
    within = path.startswith(f"{prefix}/editions/") if href == f"{prefix}/" else path.startswith(f"{href}/")
    return "true" if within else None


async def _page(datasette: Any, request: Any, archive: Archive, template: str, data: dict[str, Any]) -> Response:
    context = {"database": archive.database, "words": words, "wording": wording, "phase": phase, **data}
    body = await datasette.render_template(template, context, request=request)
    return Response.html(body, headers={"cache-control": "no-cache"})


async def trouble(datasette: Any, request: Any, exception: Exception) -> Response:
    """A page that says what went wrong; details of what is our fault go to the log."""
    context: dict[str, Any] = {}
    if isinstance(exception, DatasetteError) and exception.title == "SQL Interrupted":
        status, title = 400, "The query took too long"
        error = "A query may take half a second. Ask for less: fewer rows, one edition, one platform."
        context = {
            "sql": request.args.get("sql"),
            "path": request.path,
            "parameters": [(key, request.args.get(key)) for key in request.args if key != "sql"],
        }
    elif isinstance(exception, DatasetteError):  # about the address; those about columns claim to be the server's fault
        status = exception.status if exception.status < 500 else 400
        title, error = exception.title or "This cannot be shown", str(exception.message)
    elif isinstance(exception, QueryInterrupted):
        status, title = 400, "This page took too long"
        error = "There are too many rows to go through at once. Choose fewer by a filter first."
    elif isinstance(exception, sqlite3.DatabaseError):
        status, title = 503, "The archive could not be read"
        error = f"The database said: {exception}. Nothing was changed; try again in a moment."
    elif isinstance(exception, NotFound | Absent):
        status, title = 404, "Page not found"
        error = _sentence(exception, "There is no page at this address.")
    elif isinstance(exception, Base400):
        status, title = exception.status, "This cannot be shown"
        error = _sentence(exception, "The address is not right.")
    elif isinstance(exception, ValueError):
        status, title, error = 400, "This cannot be shown", "The address has a value that is not understood."
    else:
        log.error("The page %s failed: %r", request.path, exception)
        log.debug("its traceback", exc_info=exception)
        status, title = 500, "Something went wrong here"
        error = "The fault is ours, and nothing was changed. Other pages work as before."
    return await _said(datasette, request, status, {"title": title, "error": error, **context})


async def closed(datasette: Any, request: Any) -> Response:
    error = "It holds what no page shows, such as raw items or removals."
    return await _said(datasette, request, 403, {"title": "This table is closed", "error": error})


async def _said(datasette: Any, request: Any, status: int, context: dict[str, Any]) -> Response:
    if request.path.endswith(".json"):
        told = {"ok": False, "status": status, "title": context["title"], "error": context["error"]}
        return Response.json(told, status=status)
    body = await datasette.render_template("error.html", context, request=request)
    return Response.html(body, status=status)


def _sentence(exception: Exception, otherwise: str) -> str:
    said = str(exception.args[0]) if exception.args else ""
    return said if said.endswith(".") else otherwise


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
