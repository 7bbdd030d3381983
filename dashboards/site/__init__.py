"""The Datasette plugin: our routes beside Datasette's, one look for both, and closed doors.

What stands behind the hooks: `pages.py` our own pages, `frame.py` what surrounds every page, `trouble.py` what is said
when one fails, `visitors.py` what visitors' SQL may do. The hooks do nothing in a Datasette that `dashboards.serve` did
not make, except that an archive's closed tables stay closed in any Datasette where this is installed.

Hooks that Datasette 1.0 removes are marked optional, so that the plugin loads there too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from markupsafe import Markup
from pluggy import HookimplMarker

from dashboards.site import frame, pages, trouble, visitors
from dashboards.site.state import state_of

hookimpl = HookimplMarker("datasette")
_UNPUBLISHED_KEYS = frozenset({"allow", "allow_sql", "custom_units", "extra_css_urls", "extra_js_urls", "plugins"})


@hookimpl
def prepare_connection(conn: Any) -> None:
    if visitors.is_archive(conn):
        visitors.close(conn)


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    return pages.routes() if state_of(datasette) else []


@hookimpl(optionalhook=True)
def get_metadata(datasette: Any, key: str | None, database: str | None) -> dict[str, Any]:
    """Asked many times a page, with `key` saying what for, so only what is needed is built."""
    state = state_of(datasette)
    if state is None or key in _UNPUBLISHED_KEYS:
        return {}
    if key == "tables":  # whether a table may be seen: asked for every table of a page
        return {"databases": {archive.database: {"tables": archive.closed()} for archive in state.archives}}
    return {"databases": {archive.database: state.metadata(archive) for archive in state.archives}}


@hookimpl
def extra_template_vars(
    datasette: Any, database: str | None, request: Any, template: str
) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def given() -> dict[str, Any]:
        state = state_of(datasette)
        return {"site": await frame.given(state, request, database, template)} if state else {}

    return given


@hookimpl
def render_cell(datasette: Any, value: Any, column: str, table: str | None, database: str) -> Any:
    """From a row of `items`, a view, to the whole post, and from its words to the post: links Datasette cannot know."""
    to, words = {"items": ("post_texts", "Read post"), "post_texts": ("posts", "Post")}.get(table or "", ("", ""))
    if state_of(datasette) is None or not to or column != "post_id" or not isinstance(value, int):
        return None
    return Markup('<a href="{}">{} {}</a>').format(datasette.urls.row(database, to, str(value)), words, value)


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """In place of Datasette's handler, which prints a traceback to the terminal."""
    outcome = yield
    if state_of(datasette):
        outcome.force_result([trouble.page(datasette, request, exception)])


@hookimpl
def forbidden(datasette: Any, request: Any, message: str) -> Any:
    if state_of(datasette) is None:
        return None
    return trouble.closed(datasette, request)
