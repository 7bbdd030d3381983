"""The archive's versions, one after the other, by sqlite-utils. Knows tables, not what is written into them.

Version 1 is `schema_1.sql`. A later version is one more function below `LATEST`'s new number: it must turn an archive
of the version before it, with its rows, into the new one (tests/collector/archive/test_migrations.py tries it on
archives of every earlier version). `PRAGMA user_version` repeats the number, so that an archive that is up to date,
which is nearly always, costs neither a look at the migrations' table nor the import of sqlite-utils, a quarter of a
second.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite_utils import Migrations

LATEST = 1


def migrate(conn: sqlite3.Connection, application_id: int, *, to: int = LATEST) -> None:
    """Bring the archive up to version `to`, in one transaction: after a failure it is as it was before."""
    from sqlite_utils import Database

    # Before the transaction, as sqlite-utils sets up its connection here.
    database = Database(conn)
    conn.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been quicker while this one waited for its turn.
        if conn.execute("PRAGMA user_version").fetchone()[0] < to:
            stop_before = None if to == LATEST else str(to + 1)
            _migrations().apply(database, stop_before=stop_before)
            conn.execute(f"PRAGMA application_id = {application_id}")
            conn.execute(f"PRAGMA user_version = {to}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one, as `executescript` would commit before the first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        # What stands between statements is about the file and not about a table.
        if not statement and (not line.strip() or line.startswith("--")):
            continue
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip().removesuffix(";")
            statement = ""


def _migrations() -> Migrations:
    from sqlite_utils import Migrations

    migrations = Migrations("archive")

    @migrations(name="1")
    def version_1(database: Any) -> None:
        script = resources.files("collector.archive").joinpath("schema_1.sql").read_text(encoding="utf-8")
        for statement in statements(script):
            database.conn.execute(statement)
        database.conn.execute(
            "INSERT INTO archive_info (key, value) VALUES ('tombstone_key', ?)", (secrets.token_hex(32),)
        )

    return migrations
