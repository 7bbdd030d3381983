"""What each table and column is, read from the comments that the archive's own schema keeps. Pure.

SQLite keeps every CREATE statement word for word. The convention of our schemas: the comment lines that follow the
opening line of a table or view describe it; the comment behind a column describes that column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

_COLUMN = re.compile(r'\s*"?([A-Za-z_]\w*)"?\s')
_NOT_COLUMNS = frozenset({"primary", "unique", "check", "foreign", "constraint"})
_VIEW_COLUMN = re.compile(r"([a-z_]+)\.([a-z_]+)", re.IGNORECASE)
_ALIAS = re.compile(r"\bAS\s+([a-z_]+)\s*\Z", re.IGNORECASE)


class Description(Struct, frozen=True, kw_only=True):
    """One table or view in words."""

    text: str
    columns: Mapping[str, str]
    """Only those that say something of themselves."""


def describe(statements: Iterable[tuple[str, str, str | None]]) -> dict[str, Description]:
    """Descriptions by name, from the rows `type, name, sql` of sqlite_master. A view's column that is a table's column
    is described in that table's words."""
    rows = [(kind, name, sql) for kind, name, sql in statements if sql]
    described = {name: _of_table(sql) for kind, name, sql in rows if kind == "table"}
    tables = dict(described)
    for kind, name, sql in rows:
        if kind == "view":
            described[name] = _of_view(sql, tables)
    return described


def _of_table(sql: str) -> Description:
    text, lines = _head(sql)
    columns: dict[str, str] = {}
    current: str | None = None
    for line in lines:
        code, comment = _apart(line)
        if code.strip():
            named = _COLUMN.match(code + " ")
            current = named[1] if named and named[1].lower() not in _NOT_COLUMNS else None
        if current and comment:
            columns[current] = f"{columns.get(current, '')} {comment}".strip()
    return Description(text=text, columns=columns)


def _of_view(sql: str, tables: Mapping[str, Description]) -> Description:
    text, lines = _head(sql)
    body = "\n".join(_apart(line)[0] for line in lines)
    chosen = re.split(r"\bFROM\b", body, maxsplit=1, flags=re.IGNORECASE)[0]
    columns: dict[str, str] = {}
    for expression in re.split(r",(?![^(]*\))", re.sub(r"\A\s*SELECT\b", "", chosen, flags=re.IGNORECASE)):
        source = _VIEW_COLUMN.search(expression)
        if source is None or source[1] not in tables:
            continue
        alias = _ALIAS.search(expression.strip())
        if meaning := tables[source[1]].columns.get(source[2]):
            columns[alias[1] if alias else source[2]] = meaning
    return Description(text=text, columns=columns)


def _head(sql: str) -> tuple[str, list[str]]:
    """The description of the whole, and the lines that come after it."""
    lines = sql.splitlines()[1:]
    words: list[str] = []
    while lines and lines[0].strip().startswith("--"):
        words.append(lines.pop(0).strip().lstrip("-").strip())
    return " ".join(words), lines


def _apart(line: str) -> tuple[str, str]:
    """A line's code and its comment. Two hyphens inside quotes are not a comment."""
    quoted: str | None = None
    for place, character in enumerate(line):
        if quoted:
            quoted = None if character == quoted else quoted
        elif character in "'\"":
            quoted = character
        elif line.startswith("--", place):
            return line[:place], line[place + 2 :].strip()
    return line, ""
