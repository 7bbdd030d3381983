"""When rounds run: the collecting process of `coproweek up`, driven by APScheduler.

Which sources are due stands in the archive (`sources.due_at`) and is decided in `rounds.py`; here is only the ticking.
A restart can therefore neither skip a round nor run one twice, and a laptop that slept finds everything due once.
The processes themselves are looked after in `processes.py`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from collector.archive import journal, removal
from collector.archive.connection import ArchiveError, connect
from collector.campaign import Configuration
from collector.http import Client
from collector.rounds import Clock, Dispatcher, SourceResult, Worker, clock, is_due
from collector.stop import Stop
from collector.terminal import plain

TICK_SECONDS = 20
GOODBYE_SECONDS = 3.0
"""How long sources that are under way may take to save their page when we are told to end."""

Say = Callable[[str], None]
T = TypeVar("T")


def refresh_figures(archive: Path, now: str) -> int:
    """Compute and draw what the latest round changed; how many figures were stored."""
    from dashboards import charts, figures

    conn = connect(archive)
    try:
        return len(figures.refresh(conn, now, draw=charts.svg))
    finally:
        conn.close()


class Collecting:
    """The ticking itself. `tick` is called by the scheduler, and by tests with a clock of their own."""

    def __init__(
        self, configuration: Configuration, client: Client, stop: Stop, say: Say, clock: Clock = clock
    ) -> None:
        self.configuration = configuration
        self.archive = Path(configuration.archive)
        self.clock = clock
        self.say = say
        self.stop = stop
        self.dispatcher = Dispatcher(Worker(configuration, client, clock, stop))
        self._figures = threading.Lock()
        self._last_trouble: str | None = None

    def tick(self) -> int:
        """Start whatever is due; how many sources that was."""
        if self.stop:
            return 0
        now = self.clock()
        try:
            keep_days = self.configuration.keep_days
            expired = with_connection(self.archive, lambda conn: removal.expire(conn, now, keep_days=keep_days))
            if expired.trouble and expired.trouble != self._last_trouble:
                self.say(expired.trouble)
            self._last_trouble = expired.trouble
            rows = with_connection(self.archive, journal.sources)
            due = [row for row in rows if row.configured and not row.retired_at and is_due(row.due_at, now)]
            return self.dispatcher.start(due, on_result=self._said, on_end=self._ended)
        except ArchiveError as error:
            self.say(f"The archive could not be used just now; trying again in {TICK_SECONDS} s. {error}")
            return 0

    def _said(self, result: SourceResult) -> None:
        if result.new or result.changed:
            self.say(f"{plain(result.title)}: {result.new} new, {result.changed} changed")
        elif result.failed:
            self.say(f"{plain(result.title)}: {plain(result.reason)}")

    def _ended(self, results: list[SourceResult], error: Exception | None) -> None:
        if error is not None:
            self.say(f"The archive could not be written: {plain(error)}")
        if self.stop:
            return
        # One at a time: two rounds that end together would only compute the same figures twice.
        with self._figures:
            try:
                refresh_figures(self.archive, self.clock())
            except Exception as trouble:  # said, since nobody sees what a worker thread raises
                self.say(
                    "The figures could not be brought up to date; the next round tries again. "
                    f"{type(trouble).__name__}: {plain(trouble)}"
                )


def tidy(configuration: Configuration, now: str) -> None:
    """Delete what has had its time. `up` does so at every tick, and the other commands that write after their work."""
    archive = Path(configuration.archive)
    with_connection(archive, lambda conn: removal.expire(conn, now, keep_days=configuration.keep_days))


def with_connection(archive: Path, use: Callable[[sqlite3.Connection], T]) -> T:
    conn = connect(archive)
    try:
        return use(conn)
    finally:
        conn.close()


def run(configuration: Configuration, stop: Stop, say: Say) -> None:
    """Collect on schedule until `stop` is set. Returns within about `GOODBYE_SECONDS` of that."""
    from apscheduler.schedulers.background import BackgroundScheduler

    with Client(configuration.fetching, configuration.contact) as client:
        collecting = Collecting(configuration, client, stop, say)
        scheduler = BackgroundScheduler(timezone="UTC")
        # No misfire limit: a tick that comes late, after a laptop slept, is exactly the one that is needed.
        scheduler.add_job(
            collecting.tick, "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        scheduler.start()
        collecting.tick()
        # In short waits, so that Ctrl-C is heard on Windows too.
        while not stop.wait(0.5):
            pass
        scheduler.shutdown(wait=False)
        collecting.dispatcher.end(GOODBYE_SECONDS)
