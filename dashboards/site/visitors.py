"""What a visitor's own SQL may do: which tables are closed, how large and how long a query may grow.

Datasette lets everybody who sees the pages write SQL. The archive opens its file read-only, and this module closes the
rest: an authorizer on the connection refuses the closed tables whatever the SQL looks like, limits bound memory, and
functions that SQLite's time limit cannot interrupt are replaced (`functions.py`). Our own pages use other connections
(`pool.py`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any

from datasette.database import Database, QueryInterrupted, Results
from datasette.utils.sqlite import sqlite3

from dashboards.site import functions, hidden
from dashboards.site.pool import read_only

CLOSED = frozenset({"archive_info", "raw_items", "source_memory", "tombstones"})
"""Tables that no visitor reads, neither as pages nor by SQL. The schema's comments say the same of them."""

SEARCH_INDEX = re.compile(r"\w_(?:data|idx|docsize|config|content)\b")
"""The tables inside a full-text index, which hold its words. FTS5 itself must read them, and to the authorizer its
statements look like a visitor's, so a visitor's SQL that names one is refused by its text."""

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
    {"bm25", "edit", "eval", "fts3_tokenizer", "load_extension", "optimize", "readfile", "rtreecheck", "sqlite_log"}
    | {f"{json}_{change}" for json in ("json", "jsonb") for change in ("insert", "patch", "remove", "replace", "set")}
    | {"writefile"}
)
"""They reach outside the database, count the words of hidden posts too, as bm25 does, or, like json_patch, cannot be
interrupted."""

COUNT_MILLISECONDS = 100

_OK: int = sqlite3.SQLITE_OK
_DENY: int = sqlite3.SQLITE_DENY
_IGNORE: int = sqlite3.SQLITE_IGNORE


# Datasette turns this on to find mistakes in functions; it would print a traceback for a visitor's mistake.
sqlite3.enable_callback_tracebacks(False)


def close(conn: Any, only_by_views: frozenset[str] = frozenset()) -> None:
    """Close what is closed on one connection, once it is otherwise ready. `only_by_views`: see `hidden.py`."""
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, functions.LENGTH),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (sqlite3.SQLITE_LIMIT_COLUMN, 300),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 200),
        (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 100),
        (sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 32),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        conn.setlimit(limit, value)
    functions.put(conn)
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
        # A search by post_search('words') asks for it too.
        counted = not second and name != hidden.SEARCH
        by_view = schema == "temp" or counted or (source or "").startswith(hidden.INNER)
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
            with functions.limit(conn, milliseconds):
                try:
                    cursor = conn.execute(sql, params if params is not None else {})
                    rows = _bounded(cursor, most + 1 if truncate and most else None, most_cells)
                except sqlite3.DatabaseError as error:
                    if error.args == ("interrupted",):
                        raise QueryInterrupted(error, sql, params) from None
                    if "user-defined function raised exception" in str(error):
                        if functions.over():
                            raise QueryInterrupted(error, sql, params) from None
                        raise sqlite3.OperationalError(
                            "a function was given a value that is too large or cannot be read"
                        ) from None
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
