"""The archives that the pages show: the real one and, where it has been made, the demonstration."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboards.site.descriptions import Description, describe
from dashboards.site.pool import Pool, read_only
from dashboards.site.visitors import CLOSED

DESCRIBED_SECONDS = 60.0
"""How long the tables' descriptions are believed: an update of the archive may add tables while pages are served."""

SEARCH = {"fts_table": "post_search", "fts_pk": "post_id"}
TABLES: Mapping[str, Mapping[str, Any]] = {
    # The one order that an index gives without sorting: the newest edition first, in it what was collected last.
    "items": {**SEARCH, "sort_desc": "edition_id", "facets": ["edition_id", "phase", "platform"]},
    "post_texts": {**SEARCH, "label_column": "title"},
    "posts": {"facets": ["platform", "kind"]},
    "links": {"label_column": "canonical"},
    "hashtags": {"label_column": "folded"},
    "rounds": {"sort_desc": "id"},
    "coverage": {"sort_desc": "id"},
}
"""How Datasette shows some tables. Only the facets named here are counted without being asked for."""


class Archive:
    """One SQLite file, how its pages are addressed, and our own connections to it."""

    def __init__(self, path: Path, database: str, prefix: str) -> None:
        """`database`: its name in Datasette's addresses; `prefix`: what our own pages' addresses begin with."""
        self.path = path
        self.database = database
        self.prefix = prefix
        self.pool = Pool(path)
        with contextlib.closing(sqlite3.connect(read_only(path), uri=True)) as conn:
            self.made_up = is_made_up(conn)
            self._tables = metadata(conn)
        self._read_at = time.monotonic()

    def tables(self) -> Mapping[str, Any]:
        """Datasette's metadata of every table and view: descriptions, what is closed, search and facets."""
        now = time.monotonic()
        if now - self._read_at > DESCRIBED_SECONDS:
            self._read_at = now
            # Where the archive cannot be read, a page has to be drawn that says so: what was known serves for it.
            with (
                contextlib.suppress(sqlite3.Error),
                contextlib.closing(sqlite3.connect(read_only(self.path), uri=True)) as conn,
            ):
                self._tables = metadata(conn)
        return self._tables

    def closed(self) -> Mapping[str, Any]:
        """What of `tables` says that no page shows a table."""
        return {name: {"allow": False} for name, table in self.tables().items() if table.get("allow") is False}

    def now(self, conn: sqlite3.Connection, clock: str) -> str:
        """The moment that pages are written for: now; in a made-up archive, when its last round ended."""
        if not self.made_up:
            return clock
        ended = conn.execute("SELECT MAX(finished_at) FROM rounds").fetchone()[0]
        return ended or clock


def metadata(conn: sqlite3.Connection) -> dict[str, Any]:
    """Datasette's metadata for every table and view, from the schema's own words."""
    descriptions = describe(conn.execute("SELECT type, name, sql FROM sqlite_master ORDER BY rowid"))
    tables: dict[str, Any] = {}
    for name, description in descriptions.items():
        tables[name] = {"description": description.text, "columns": dict(description.columns), **TABLES.get(name, {})}
        if is_closed(name, descriptions):
            tables[name] |= {"hidden": True, "allow": False}
    return tables


def is_closed(name: str, descriptions: Mapping[str, Description]) -> bool:
    """Whether a table has no page: closed by decision, a search index or its inside, or SQLite's own bookkeeping."""
    stems = (name, name.rpartition("_")[0])
    of_index = any(f"{stem}_config" in descriptions and f"{stem}_data" in descriptions for stem in stems)
    return name in CLOSED or of_index or name.startswith(("sqlite_", "_sqlite_"))


def is_made_up(conn: sqlite3.Connection) -> bool:
    """Whether the archive says of itself that everything in it is made up."""
    row = conn.execute("SELECT value FROM archive_info WHERE key = 'made_up'").fetchone()
    return row is not None and row[0] == "1"
