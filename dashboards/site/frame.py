"""What the frame of every page, ours and Datasette's, is given: navigation, what is made up, where the styles are."""

from __future__ import annotations

import urllib.parse
from typing import Any

from dashboards import figures
from dashboards.site.state import State


async def given(state: State, request: Any, database: str | None, template: str) -> dict[str, Any]:
    """The values that templates know as `site`."""
    path = request.path if request else "/"
    archive = state.of_database(database) or state.of_path(path)
    prefix = archive.prefix
    nav = [
        ("Now", f"{prefix}/"),
        ("Sources", f"{prefix}/sources"),
        ("How we count", f"{prefix}/metrics"),
        ("Explore the data", f"/{archive.database}"),
    ]
    values = {
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
        values["query_values"] = urllib.parse.urlencode({"edition": current.id if current else "", "platform": ""})
    return values


def _current(path: str, href: str, prefix: str) -> str | None:
    """How a link of the navigation is marked: as this page, as the section this page is in, or not at all."""
    if path == href:
        return "page"
    within = path.startswith(f"{prefix}/editions/") if href == f"{prefix}/" else path.startswith(f"{href}/")
    return "true" if within else None
