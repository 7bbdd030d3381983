"""What a visitor's own SQL may do: which tables are closed, how large and how long a query may grow.

Datasette lets everybody who sees the pages write SQL. The archive opens its file read-only, and this module closes the
rest: an authorizer on the connection refuses the closed tables whatever the SQL looks like, limits bound memory, and
functions whose time grows with the square of their input are replaced, because SQLite's time limit cannot interrupt
them. Our own pages use other connections (`pool.py`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from datasette.database import Database, QueryInterrupted, Results
from datasette.utils import sqlite_timelimit
from datasette.utils.sqlite import sqlite3

from dashboards.site import hidden
from dashboards.site.pool import read_only

CLOSED = frozenset({"archive_info", "raw_items", "source_memory", "tombstones"})
"""Tables that no visitor reads, neither as pages nor by SQL. The schema's comments say the same of them."""

SEARCH_INDEX = re.compile(r"\w_(?:data|idx|docsize|config|content)\b")
"""The tables inside a full-text index, which hold its words. FTS5 itself must read them, and to the authorizer its
statements look like a visitor's, so a visitor's SQL that names one is refused by its text."""

LENGTH = 5_000_000
"""Bytes of one value, and so of what `zeroblob`, `printf` and their kin can build."""
ANSWER_BYTES = 50_000_000
CELLS_DRAWN = 30_000
"""Drawing a table holds up every other page, so it has an end; CSV and JSON are bounded by Datasette's own limits."""

drawing: ContextVar[bool] = ContextVar("drawing", default=True)
"""Whether the request that is answered will be drawn as a page."""

PRAGMAS = frozenset(
    {"data_version", "foreign_key_list", "index_info", "index_list", "index_xinfo", "schema_version", "table_info"}
    | {"table_xinfo"}
)
"""What Datasette and FTS5 themselves need; none of them shows a row of a table."""

FUNCTIONS_REFUSED = frozenset(
    {"edit", "eval", "fts3_tokenizer", "json_patch", "jsonb_patch", "load_extension", "optimize", "readfile"}
    | {"rtreecheck", "sqlite_log", "writefile"}
)
"""They reach outside the database, or, like json_patch, cannot be interrupted."""

COUNT_MILLISECONDS = 100

TRIM_CHARACTERS = 1_000
WIDE = re.compile(r"%[^a-zA-Z%]*(?:\*|\d{5})")

_OK: int = sqlite3.SQLITE_OK
_DENY: int = sqlite3.SQLITE_DENY
_IGNORE: int = sqlite3.SQLITE_IGNORE


# Datasette turns this on to find mistakes in functions; it would print a traceback for a visitor's mistake.
sqlite3.enable_callback_tracebacks(False)


def close(conn: Any, only_by_views: frozenset[str] = frozenset()) -> None:
    """Close what is closed on one connection, once it is otherwise ready. `only_by_views`: see `hidden.py`."""
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, LENGTH),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (sqlite3.SQLITE_LIMIT_COLUMN, 300),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200),
        (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 100),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        conn.setlimit(limit, value)
    for name, arguments, function in (
        ("instr", 2, _instr),
        ("replace", 3, _replace),
        ("printf", -1, _printf),
        ("format", -1, _printf),
        *((name, 1, _trimmer(strip)) for name, strip in _STRIPS.items()),
        *((name, 2, _trimmer(strip)) for name, strip in _STRIPS.items()),
    ):
        conn.create_function(name, arguments, function, deterministic=True)
    conn.set_authorizer(partial(_authorize, only_by_views))


def is_archive(conn: Any) -> bool:
    """Whether a connection is to an archive of ours, so that it is closed whoever opens it."""
    return conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'archive_info'").fetchone() is not None


def refused(sql: str) -> str | None:
    """Why a visitor's SQL is refused for its text alone, in words; None where it is not."""
    text = sql.casefold()
    if SEARCH_INDEX.search(text):
        return "the tables inside the search index are closed: search the items, or use post_search MATCH 'words'"
    return f"names that begin with {hidden.INNER} are taken" if hidden.INNER in text else None


def _authorize(
    only_by_views: frozenset[str],
    action: int,
    first: str | None,
    second: str | None,
    schema: str | None,
    source: str | None,
) -> int:
    if action == sqlite3.SQLITE_READ:
        name = (first or "").lower()
        internal = name.startswith(("sqlite_", "dbstat")) and (name != "sqlite_master" or schema == "temp")
        # Counting rows asks for the column "", and of a view that SQLite has merged into the query, in no view's name.
        by_view = schema == "temp" or not second or (source or "").startswith(hidden.INNER)
        return _DENY if name in CLOSED or internal or (name in only_by_views and not by_view) else _OK
    if action == sqlite3.SQLITE_FUNCTION:
        return _DENY if (second or "").lower() in FUNCTIONS_REFUSED else _OK
    if action == sqlite3.SQLITE_PRAGMA:
        # Ignored, not denied: Datasette asks for the foreign keys and columns of every table it sees, and for the
        # list of files. It is told that a closed table has none, and not where the archive lies.
        if (first or "").lower() == "database_list" or (second or "").lower() in CLOSED:
            return _IGNORE
        return _OK if (first or "").lower() in PRAGMAS else _DENY
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # How a virtual table such as json_each declares its columns; the file itself is open for reading only.
        return _OK
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION)
    return _OK if action in allowed else _DENY


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _instr(haystack: Any, needle: Any) -> int | None:
    if haystack is None or needle is None:
        return None
    if isinstance(haystack, bytes) and isinstance(needle, bytes):
        return haystack.find(needle) + 1
    return _text(haystack).find(_text(needle)) + 1


def _replace(text: Any, old: Any, new: Any) -> Any:
    if text is None or old is None:
        return None
    whole, found = _text(text), _text(old)
    if not found:
        return whole if isinstance(text, bytes) else text
    if new is None:
        return None
    put = _text(new)
    if len(whole) + whole.count(found) * (len(put) - len(found)) > LENGTH:
        raise ValueError("the result would be too big")
    return whole.replace(found, put)


def _printf(*arguments: Any) -> str | None:
    """SQLite's own, but for widths that keep it busy for seconds: `printf('%.*c', 300000000, 'x')`."""
    if arguments and isinstance(arguments[0], str) and WIDE.search(arguments[0]):
        raise ValueError("a width would be too large")
    marks = ", ".join("?" * len(arguments))
    with closing(sqlite3.connect(":memory:")) as own:
        value: str | None = own.execute(f"SELECT printf({marks})", arguments).fetchone()[0]
    return value


_STRIPS: Mapping[str, Callable[[str, str], str]] = {"trim": str.strip, "ltrim": str.lstrip, "rtrim": str.rstrip}


def _trimmer(strip: Callable[[str, str], str]) -> Callable[..., str | None]:
    def trim(text: Any, characters: Any = " ") -> str | None:
        if text is None or characters is None:
            return None
        distinct = set(_text(characters)[: TRIM_CHARACTERS + 1])
        if len(distinct) > TRIM_CHARACTERS:
            raise ValueError("too many characters to trim")
        return strip(_text(text), "".join(distinct)) if distinct else _text(text)

    return trim


class ArchiveDatabase(Database):  # type: ignore[misc]
    """An archive as visitors read it: never written, hidden posts left out, its errors not printed to the terminal, its
    answers bounded.

    Two connections a thread: on the one that Datasette makes itself it asks for columns and keys, by PRAGMA, and there
    tables are tables; what SQL there is, a visitor's or Datasette's, runs on the other.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._mine = threading.local()

    def connect(self, write: bool = False) -> Any:
        if write:
            raise sqlite3.OperationalError("the archive is open for reading only")
        conn = sqlite3.connect(read_only(Path(self.path)), uri=True, check_same_thread=False)
        self._all_file_connections.append(conn)
        return conn

    async def execute(
        self,
        sql: str,
        params: Mapping[str, Any] | Sequence[Any] | None = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,
    ) -> Results:
        """As Datasette's, except that it stops at `ANSWER_BYTES` and `CELLS_DRAWN`, and that a mistake in somebody's
        SQL is told to them and not to the terminal, whose control characters the SQL may contain."""
        if reason := refused(sql):
            raise sqlite3.OperationalError(reason)
        milliseconds = min(self.ds.sql_time_limit_ms, custom_time_limit or self.ds.sql_time_limit_ms)
        if not truncate and sql.startswith("select count(*) from "):
            # Datasette's, for the head of a table's page, which does without; a visitor's answer is always truncated.
            milliseconds = min(milliseconds, COUNT_MILLISECONDS)
        most_cells = CELLS_DRAWN if drawing.get() else None
        most = self.ds.max_returned_rows + (self.ds.max_returned_rows == (page_size or self.ds.page_size))

        def in_thread(_: Any) -> Results:
            conn = self._for_queries()
            with sqlite_timelimit(conn, milliseconds):
                try:
                    cursor = conn.execute(sql, params if params is not None else {})
                    rows = _bounded(cursor, most + 1 if truncate and most else None, most_cells)
                except sqlite3.DatabaseError as error:
                    if error.args == ("interrupted",):
                        raise QueryInterrupted(error, sql, params) from None
                    if "user-defined function raised exception" in str(error):
                        raise sqlite3.OperationalError("a value that it makes would be too large") from None
                    raise
            too_many = bool(truncate and most and len(rows) > most)
            return Results(rows[:most] if too_many else rows, too_many, cursor.description)

        return await self.execute_fn(in_thread)

    def _for_queries(self) -> Any:
        conn = getattr(self._mine, "conn", None)
        if conn is None:
            conn = self.connect()
            self.ds._prepare_connection(conn, self.name)
            conn.set_authorizer(None)
            close(conn, hidden.hide(conn))
            self._mine.conn = conn
        return conn


def _bounded(cursor: Any, most: int | None, most_cells: int | None) -> list[Any]:
    """At most so many rows, and an error where they are too much to hold or to show."""
    rows: list[Any] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if size > ANSWER_BYTES or (most_cells and len(rows) * len(row) > most_cells):
            raise sqlite3.OperationalError(
                f"the answer is too large to show: ask for fewer rows or columns (a page draws {CELLS_DRAWN:,} cells)"
            )
        if len(rows) == most:
            break
    return rows
