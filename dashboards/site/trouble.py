"""What is said when a page cannot be shown: in words, without a traceback, in the frame of every page."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from datasette import NotFound, Response
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

log = logging.getLogger(__name__)

CLOSED = "This table is closed"
WHAT_IS_CLOSED = "It holds what no page shows, such as raw items, removals or the search index."


class Absent(Exception):
    """There is no such page of ours. Not Datasette's NotFound, after which it tries the address without its slash."""


async def page(datasette: Any, request: Any, exception: Exception) -> Response:
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
    elif isinstance(exception, sqlite3.DatabaseError) and _forbidden(exception):
        status, title, error = 403, CLOSED, WHAT_IS_CLOSED
    elif isinstance(exception, sqlite3.DatabaseError):
        status, title = 503, "The archive could not be read"
        error = f"The database said: {exception}. Nothing was changed; try again in a moment."
    elif isinstance(exception, NotFound | Absent):
        status, title = 404, "Page not found"
        error = _sentence(exception, "There is no page at this address.")
    elif isinstance(exception, Base400):
        status, title = exception.status, "This cannot be shown"
        error = _sentence(exception, "The address is not right.")
    elif isinstance(exception, ValueError) and "database" in request.url_vars:  # Datasette's int() of an address
        status, title, error = 400, "This cannot be shown", "The address has a value that is not understood."
    else:
        log.error("The page %s failed: %r", request.path, exception)
        log.debug("its traceback", exc_info=exception)
        status, title = 500, "Something went wrong here"
        error = "The fault is ours, and nothing was changed. Other pages work as before."
    return await _said(datasette, request, status, {"title": title, "error": error, **context})


async def closed(datasette: Any, request: Any) -> Response:
    return await _said(datasette, request, 403, {"title": CLOSED, "error": WHAT_IS_CLOSED})


async def _said(datasette: Any, request: Any, status: int, context: dict[str, Any]) -> Response:
    if request.path.endswith(".json"):
        told = {"ok": False, "status": status, "title": context["title"], "error": context["error"]}
        return Response.json(told, status=status)
    body = await datasette.render_template("error.html", context, request=request)
    return Response.html(body, status=status)


def _forbidden(error: sqlite3.DatabaseError) -> bool:
    """Whether it is the authorizer (`visitors.py`) that said no."""
    return "not authorized" in str(error) or "is prohibited" in str(error)


def _sentence(exception: Exception, otherwise: str) -> str:
    said = str(exception.args[0]) if exception.args else ""
    return said if said.endswith(".") else otherwise
