"""How Datasette's pages are worded: each page's title its own, each address in one form, cells by their look. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

TITLE_LENGTH = 120
SHORT = 24
LONG = 80


def tidy(url: str) -> str:
    """An address with its parameters in order, so that the same filters, chosen in another order, are the same page."""
    parts = urlsplit(str(url))
    return urlunsplit(parts._replace(query=urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))))


def query_title(sql: str, name: str, parameters: Mapping[str, str]) -> str:
    """What tells one query's page from another's: its name or its text, and the values of its parameters."""
    text = " ".join((sql or "").split())
    said = name or text
    if len(said) > TITLE_LENGTH:
        said = f"{said[:TITLE_LENGTH]}… [{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]}]"
    values = ", ".join(f"{key} {value or 'any'}" for key, value in sorted(parameters.items()))
    return f"{said} ({values})" if values else said


def other_choices(request: Any) -> str:
    """What a table page's address chooses beside the filters, search and order that Datasette puts in words."""
    described = ("_search", "_sort", "_filter")
    chosen = [
        f"{key.lstrip('_')} {value}"
        for key in sorted(request.args)
        if key.startswith("_") and "__" not in key and not key.startswith(described)
        for value in request.args.getlist(key)
    ]
    return f" ({', '.join(chosen)})" if chosen else ""


def cell_class(cell: Mapping[str, Any]) -> str:
    """How a cell of a Datasette table is laid out: numbers to the right, dates and names unbroken, prose broken."""
    raw = cell["raw"]
    if isinstance(raw, int | float):
        return "number"
    if isinstance(raw, str) and raw.startswith(("http://", "https://")):
        return "url"
    if isinstance(raw, str) and len(raw) > LONG:
        return "text"
    return "short" if not isinstance(raw, str) or len(raw) <= SHORT else ""
