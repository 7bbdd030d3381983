"""Hidden posts stay out of visitors' SQL: on their connections each table of posts shows only the posts that are shown.

A post that its platform no longer shows is hidden everywhere at once and removed when that is confirmed; until then it
stands in the archive. Our pages and figures leave it out themselves. A visitor's SQL is led to temporary views: `posts`
is one over `coproweek_shown_posts`, which is one over the table. The authorizer (`visitors.py`) lets only those inner
views read the table, and a visitor's SQL that names one is refused, so that nothing of a visitor's can pose as one.
"""

from __future__ import annotations

import re
from typing import Any

INNER = "coproweek_shown_"

SEARCH = "post_search"
"""The full-text index. Its view keeps the column of the index's own name, by which MATCH finds it."""

NUMBERS_ONLY = frozenset({"engagement"})
"""A table about posts that holds nothing a post says: it is read as it is."""

MASKED = {"edition_posts": "why", "sightings": "local_id"}
"""Tables about posts with one column that tells of a post. They keep their rows, which keeps counting quick; of hidden
posts that column is NULL."""

_BODY = re.compile(r"\A.*?\bAS\b", re.DOTALL | re.IGNORECASE)


def hide(conn: Any) -> frozenset[str]:
    """Lead one connection to the views. Gives the names of the tables that only they may read."""
    tables = ["posts", *_about_posts(conn)]
    for table in tables:
        shown = "hidden_reason IS NULL" if table == "posts" else _of_shown(f"{table}.post_id")
        columns = "*"
        if masked := MASKED.get(table):
            names = [row[0] for row in conn.execute("SELECT name FROM pragma_table_info(?)", (table,))]
            columns = ", ".join(
                f"CASE WHEN {shown} THEN {name} END AS {name}" if name == masked else name for name in names
            )
            shown = "1"
        _lead(conn, table, f"SELECT {columns} FROM main.{table} WHERE {shown}")
    if conn.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (SEARCH,)).fetchone():
        of_shown = _of_shown(f"{SEARCH}.rowid")
        _lead(conn, SEARCH, f"SELECT rowid AS rowid, {SEARCH} FROM main.{SEARCH} WHERE {of_shown}", f"rowid, {SEARCH}")
        tables.append(SEARCH)
    for name, sql in conn.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'view'").fetchall():
        # The archive's own views would go on reading the tables: the same views once more, over the temporary ones.
        conn.execute(_BODY.sub(f"CREATE TEMP VIEW {name} AS", sql, count=1))
    return frozenset(tables)


def _lead(conn: Any, table: str, select: str, columns: str = "*") -> None:
    conn.execute(f"CREATE TEMP VIEW {INNER}{table} AS {select}")
    conn.execute(f"CREATE TEMP VIEW {table} AS SELECT {columns} FROM {INNER}{table}")


def _of_shown(post_id: str) -> str:
    return (
        f"NOT EXISTS (SELECT 1 FROM main.posts AS hidden WHERE hidden.id = {post_id}"
        " AND hidden.hidden_reason IS NOT NULL)"
    )


def _about_posts(conn: Any) -> list[str]:
    rows = conn.execute(
        """
        SELECT DISTINCT tables.name FROM main.sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.type = 'table' AND keys."table" = 'posts' AND keys."from" = 'post_id' ORDER BY tables.name
        """
    ).fetchall()
    return [row[0] for row in rows if row[0] not in NUMBERS_ONLY]
