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

NUMBERS_ONLY = frozenset({"edition_posts", "engagement", "sightings"})
"""Tables about posts that hold nothing a post says: they are read as they are, which keeps counting quick."""

_BODY = re.compile(r"\A.*?\bAS\b", re.DOTALL | re.IGNORECASE)


def hide(conn: Any) -> frozenset[str]:
    """Lead one connection to the views. Gives the names of the tables that only they may read."""
    tables = ["posts", *_about_posts(conn)]
    for table in tables:
        shown = (
            "hidden_reason IS NULL"
            if table == "posts"
            else f"NOT EXISTS (SELECT 1 FROM main.posts AS hidden WHERE hidden.id = {table}.post_id"
            " AND hidden.hidden_reason IS NOT NULL)"
        )
        conn.execute(f"CREATE TEMP VIEW {INNER}{table} AS SELECT * FROM main.{table} WHERE {shown}")
        conn.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM {INNER}{table}")
    for name, sql in conn.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'view'").fetchall():
        # The archive's own views would go on reading the tables: the same views once more, over the temporary ones.
        conn.execute(_BODY.sub(f"CREATE TEMP VIEW {name} AS", sql, count=1))
    return frozenset(tables)


def _about_posts(conn: Any) -> list[str]:
    rows = conn.execute(
        """
        SELECT DISTINCT tables.name FROM main.sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.type = 'table' AND keys."table" = 'posts' AND keys."from" = 'post_id' ORDER BY tables.name
        """
    ).fetchall()
    return [row[0] for row in rows if row[0] not in NUMBERS_ONLY]
