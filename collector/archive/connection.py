"""Opening the archive, transactions, and SQLite's failures in plain words. Contains no knowledge of posts.

The durability that is chosen here: WAL with `synchronous = FULL`, so that a saved page and, above all, a removal
survive a power failure. It costs one wait for the disk a transaction, which is a page of many posts
(docs/archive.md has the measurement).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from collector.archive import migrations

BUSY_SECONDS = 30
APPLICATION_ID = 0x43505721
"""Written into the file's header, so that another program's database is never taken for an archive ("CPW!")."""


class ArchiveError(Exception):
    """The archive could not be used: what happened, what was kept and what to do, in plain words."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def connect(path: Path, *, create: bool = False, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection to the archive at `path`, brought up to date; with `create` an empty one is made where none is.

    It writes only inside `transaction`. Use it in the thread that made it. Raises `ArchiveError`.
    """
    path = Path(path)
    if not path.exists():
        if not create:
            raise ArchiveError(f"There is no archive at {path}. `coproweek up` or `coproweek collect` makes one.")
        _make_private_file(path)
    with plain_words(path):
        version = _version(path, busy_seconds)
        if version < migrations.LATEST:
            _bring_up_to_date(path, busy_seconds)
        conn = _open(path, busy_seconds)
        _only_for_its_owner(path)
        return conn


@contextlib.contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing. Waits for its turn to write at the start, so that nothing read inside can go stale.

    Raises `ArchiveError` where SQLite cannot write; then nothing of it is saved.
    """
    if _under_way(conn):
        raise RuntimeError("transactions of the archive do not nest")
    with plain_words(conn):
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            conn.execute("COMMIT")
        except BaseException:
            # On some failures (a full disk) SQLite has rolled back already.
            if _under_way(conn):
                conn.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def plain_words(where: Path | sqlite3.Connection) -> Iterator[None]:
    """Turns SQLite's errors into `ArchiveError`. What only a mistake of ours can cause stays what it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        message = _in_words(error, where)
        if message is None:
            raise
        raise ArchiveError(message) from error


def _under_way(conn: sqlite3.Connection) -> bool:
    return conn.in_transaction


def info(conn: sqlite3.Connection, key: str) -> str | None:
    """A fact about this archive file itself, from `archive_info`."""
    row = conn.execute("SELECT value FROM archive_info WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_info(conn: sqlite3.Connection, key: str, value: str | None) -> None:
    """Write such a fact, inside the caller's transaction; None forgets it."""
    if value is None:
        conn.execute("DELETE FROM archive_info WHERE key = ?", (key,))
    else:
        conn.execute("INSERT OR REPLACE INTO archive_info (key, value) VALUES (?, ?)", (key, value))


def _open(path: Path, busy_seconds: float) -> sqlite3.Connection:
    conn = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None, cached_statements=512)
    try:
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA synchronous = FULL")
        # Deleted rows are overwritten with zeros; see removal.py.
        conn.execute("PRAGMA secure_delete = ON")
        # Sorting and foreign-key bookkeeping never leave people's words in temporary files.
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA cache_size = -32768")
        conn.execute("PRAGMA journal_size_limit = 67108864")
    except BaseException:
        conn.close()
        raise
    return conn


def _version(path: Path, busy_seconds: float) -> int:
    """The archive's version, 0 for an empty file. Raises `ArchiveError` for anything that is not ours to open."""
    conn = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        application = conn.execute("PRAGMA application_id").fetchone()[0]
        version = int(conn.execute("PRAGMA user_version").fetchone()[0])
        empty = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    finally:
        conn.close()
    if application != APPLICATION_ID and not (empty and application == 0 and version == 0):
        raise ArchiveError(
            f"{path} is a database of another program, not an archive of coproweek. Nothing was changed in it. "
            "Give another path as `archive` in config.toml."
        )
    if version > migrations.LATEST:
        raise ArchiveError(
            f"{path} was written by a newer version of coproweek (its format is {version}; this one knows formats up "
            f"to {migrations.LATEST}). Nothing was changed in it. Install the newer version again, or use another "
            "archive."
        )
    return version


def _bring_up_to_date(path: Path, busy_seconds: float) -> None:
    conn = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        _use_wal(conn, path, busy_seconds)
        conn.execute("PRAGMA secure_delete = ON")
        migrations.migrate(conn, APPLICATION_ID)
    finally:
        conn.close()


def _use_wal(conn: sqlite3.Connection, path: Path, busy_seconds: float) -> None:
    """Readers and the writer do not wait for each other. SQLite does not wait for its turn here, so this does."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            mode = conn.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    if mode != "wal":
        raise ArchiveError(
            f"{path} lies on a disk that cannot be shared between programs safely, such as a network drive. "
            "Give a path on this computer's own disk as `archive` in config.toml."
        )


def _make_private_file(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass  # another process was quicker; it made the same
    except OSError as error:
        raise ArchiveError(f"The archive cannot be made at {path}: {error.strerror or error}.") from error


def _only_for_its_owner(path: Path) -> None:
    """The archive holds personal data. SQLite gives the -wal and -shm files beside it the same permissions."""
    if os.name != "posix":
        return
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        # Somebody else's file, or one that has just gone: then there is nothing to tighten.
        with contextlib.suppress(OSError):
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


def _in_words(error: sqlite3.DatabaseError, where: Path | sqlite3.Connection) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    path = where if isinstance(where, Path) else _path_of(where)
    match code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return (
                f"{path} is being written by another program and did not become free in time. What was saved before "
                "is safe. End the other program, or try again in a minute."
            )
        case sqlite3.SQLITE_FULL:
            return (
                f"The disk that holds {path} is full. What was saved before is safe, and nothing is half saved. "
                "Make room, then run it again: it goes on where it stopped."
            )
        case sqlite3.SQLITE_READONLY:
            return (
                f"{path} can only be read here, not written. Check who owns it and its folder, and their permissions."
            )
        case sqlite3.SQLITE_NOTADB:
            return (
                f"{path} is not an archive of coproweek, or its beginning is damaged. Nothing was changed in it. "
                "Give another path as `archive` in config.toml, or restore a backup."
            )
        case sqlite3.SQLITE_CORRUPT:
            return (
                f"{path} is damaged. Do not write to it any more: keep a copy of it as it is, and restore the last "
                "backup."
            )
        case sqlite3.SQLITE_IOERR:
            return (
                f"The disk that holds {path} reported an error ({error.sqlite_errorname}). What was saved before is "
                "safe. Check the disk, then run it again: it goes on where it stopped."
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return f"{path} cannot be opened. Check who owns it and its folder, and their permissions."
        case _:
            return None


def _path_of(conn: sqlite3.Connection) -> str:
    with contextlib.suppress(sqlite3.Error):
        for _, name, file in conn.execute("PRAGMA database_list"):
            if name == "main" and file:
                return str(file)
    return "The archive"
