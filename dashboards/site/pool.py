"""The connections of our own pages: their own threads and read-only connections, apart from the visitors'.

A visitor's worst SQL keeps Datasette's threads busy, and a page that waited for one of those would wait with it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

T = TypeVar("T")

THREADS = 4


def read_only(path: Path) -> str:
    """The URI that opens an archive for reading only. Never immutable: somebody is writing it."""
    return f"file:{quote(path.resolve().as_posix())}?mode=ro"


class Pool:
    """Runs functions of a connection, each in a thread that keeps its connection open."""

    def __init__(self, path: Path, threads: int = THREADS) -> None:
        self._path = path
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="pages")
        self._mine = threading.local()
        self._all: list[sqlite3.Connection] = []

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` makes of a read-only connection, in one transaction, so that the numbers of a page agree though
        a round is writing. Raises sqlite3.Error where the archive cannot be read."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._in_thread, work)

    def close(self) -> None:
        """Interrupt what still runs and close every connection."""
        for conn in self._all:
            conn.interrupt()
        self._executor.shutdown(wait=True, cancel_futures=True)
        for conn in self._all:
            conn.close()

    def _in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        conn: sqlite3.Connection | None = getattr(self._mine, "conn", None)
        if conn is None:
            conn = sqlite3.connect(read_only(self._path), uri=True, check_same_thread=False, isolation_level=None)
            self._mine.conn = conn
            self._all.append(conn)
        conn.execute("BEGIN")
        try:
            return work(conn)
        finally:
            conn.rollback()
