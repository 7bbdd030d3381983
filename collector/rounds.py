"""One round: what is due and missing → ask → match → save. Says what happened to each source.

The first half decides and is pure: the ledger, the clock and the servers' hints in, tasks and due times out.
The second half does it, and knows platforms and the archive only through `posts.py` and their own functions.
When rounds run is `schedule.py`'s; what a platform's answers mean is `platforms/`'s.
"""

from __future__ import annotations

import importlib
import sqlite3
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from collector import __version__
from collector.archive import journal
from collector.archive.connection import ArchiveError, connect
from collector.archive.saving import save_page
from collector.campaign import Configuration, Schedule
from collector.editions import Window, timeline
from collector.http import Client
from collector.http.robots import Robots
from collector.intervals import missing
from collector.matching import match
from collector.platforms import CoverageState, Known, Limits, Page, Shown, Source, Task, Thread, Trouble, identity_hash
from collector.posts import Interval, Post, Unread, moment, utc
from collector.stop import Stop

Clock = Callable[[], str]

SHORTEST_WAIT = 15 * 60
LONGEST_WAIT = 24 * 3600
OFFLINE_WAIT = 5 * 60
"""When no source at all could be reached it is this computer that is offline, so they are asked again this soon."""
GAP_WAIT = 5 * 60
"""A source that could not be read back as far as wanted in one round goes on this soon."""
SOURCE_SECONDS = 15 * 60
"""One source may take this much of one round; where it stopped is a gap for the next."""
TAKEN_DOWN_DAYS = 90
"""Posts no older than this are looked for at their own pages when their feed lists them no more."""
LOOK_BACK_DAYS = 365
"""Organisers blog months ahead of a week, so the year before the first edition is wanted as well."""
KEPT_BODY = 65_536
"""Of an answer that cannot be used, this much is kept for inspection."""


def clock() -> str:
    return utc(datetime.now(UTC))


# What is due, what is missing, when to come back -------------------------------------------------------------------


def watched_from(windows: Iterable[Window], now: str) -> str:
    """The moment from which posts are wanted: a year before the first edition whose dates are set."""
    weeks = [window.week_from for window in windows if window.week_from is not None]
    return utc(moment(min([*weeks, now])) - timedelta(days=LOOK_BACK_DAYS))


def pace(windows: Iterable[Window], schedule: Schedule, now: str) -> int:
    """Seconds between two rounds of a source: quick in the week, calmer in the weeks around it, calm otherwise."""
    inside = [
        schedule.in_week_minutes if window.week_from <= now < window.week_to else schedule.in_phase_minutes
        for window in windows
        if window.week_from is not None
        and window.week_to is not None
        and window.lead_up_from is not None
        and window.after_to is not None
        and window.lead_up_from <= now < window.after_to
    ]
    return 60 * min([*inside, schedule.otherwise_minutes])


class Heard(Struct, frozen=True, kw_only=True):
    """What a source's answers say about the next time."""

    failures: int = 0
    """Failed rounds in a row, this one included."""
    server_wait: int | None = None
    """The soonest the server wants to be asked again, by its headers or its feed (seconds)."""
    retry_after: int | None = None
    """Retry-After (seconds): an order and not a hint."""
    gap_left: bool = False


def next_due(source_id: int, now: str, usual_seconds: int, heard: Heard) -> str:
    """When the source is asked again: the slower of our pace and the server's, then clamped.

    A failing source is asked half as often each time, up to once a day. Sources are spread by up to a tenth of the
    wait, always the same for the same source, so that they do not all fall due in one second.
    """
    wait = usual_seconds
    if heard.gap_left and not heard.failures:
        wait = GAP_WAIT
    elif heard.server_wait is not None:
        wait = max(wait, min(heard.server_wait, LONGEST_WAIT))
    if heard.failures:
        wait = min(max(wait, SHORTEST_WAIT) * 2 ** min(heard.failures - 1, 10), LONGEST_WAIT)
    wait += wait * (zlib.crc32(str(source_id).encode()) % 100) // 1_000
    if heard.retry_after is not None:
        wait = max(wait, min(heard.retry_after, 31 * 86_400))
    return utc(moment(now) + timedelta(seconds=wait))


def is_due(due_at: str | None, now: str) -> bool:
    """Due now; also when the due time is absurdly far ahead, as it is after the clock was set back."""
    return due_at is None or due_at <= now or due_at > utc(moment(now) + timedelta(days=32))


def still_missing(wanted: Interval, covered: Iterable[tuple[Interval, CoverageState]]) -> tuple[Interval, ...]:
    """Gaps worth asking about. What a platform no longer gives, or never lets us see, is not asked for again."""
    return missing(wanted, [interval for interval, _ in covered])


def plan_task(
    source: Source,
    *,
    now: str,
    wanted_from: str,
    covered: Sequence[tuple[Interval, CoverageState]],
    memory: dict[str, str],
    known: Known,
    threads: tuple[Thread, ...] = (),
    listed: tuple[Shown, ...] = (),
    limits: Limits | None = None,
) -> Task:
    """What one source is asked for in this round, computed from the ledger."""
    wanted = Interval(wanted_from, now)
    return Task(
        source=source,
        now=now,
        wanted=wanted,
        missing=still_missing(wanted, covered),
        memory=memory,
        known=known,
        threads=threads,
        listed=listed,
        limits=limits or Limits(),
    )


# What one source gave ----------------------------------------------------------------------------------------------


class SourceResult(Struct, kw_only=True):
    """One source's part of a round, in numbers and words."""

    source_id: int
    title: str
    outcome: str = "ok"
    """ok, unchanged, partial, failed or retired."""
    reason: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unmatched: int = 0
    not_understood: int = 0
    skipped: int = 0
    unreachable: bool = False
    """Nothing at all was heard of it."""

    @property
    def failed(self) -> bool:
        return self.outcome in {"failed", "partial", "retired"}


def is_offline(results: Sequence[SourceResult]) -> bool:
    """Whether it is this computer, and not its sources, that cannot be reached: of several, not one was."""
    return len(results) > 1 and all(result.unreachable for result in results)


def is_known(post: Post, known: Known) -> bool:
    """Whether this source gave the post before, whatever it says now."""
    return any(identity_hash(name) in known.identities for name in (post.uri, *post.aliases))


def collect_pages(platform: str, task: Task, client: Client) -> Iterator[Page]:
    """The platform's own pages. Its module is imported here and not before: each brings a large library."""
    module = {"blogs": "collector.platforms.feeds"}[platform]
    pages: Iterator[Page] = importlib.import_module(module).collect(task, client)
    return pages


class Worker:
    """Everything that one thread needs to collect sources: its own connection, the shared client and configuration."""

    def __init__(self, configuration: Configuration, client: Client, clock: Clock, stop: Stop) -> None:
        self.configuration = configuration
        self.client = client
        self.robots = Robots(client, clock=lambda: moment(self.clock()))
        self.clock = clock
        self.stop = stop
        self.windows = tuple(window for campaign in configuration.campaigns for window in timeline(campaign))
        # SQLite admits one writer; threads that wait here wake at once, where its own busy handler sleeps.
        self.writing = threading.Lock()

    def collect(self, row: journal.SourceRow, round_id: int) -> SourceResult:
        """One source, from the ledger's gaps to saved pages. Its trouble stays its own: only `ArchiveError` leaves."""
        conn = connect(Path(self.configuration.archive))
        try:
            return self._collect(conn, row, round_id)
        finally:
            conn.close()

    def _collect(self, conn: sqlite3.Connection, row: journal.SourceRow, round_id: int) -> SourceResult:
        now = self.clock()
        result = SourceResult(source_id=row.id, title=row.title)
        with self.writing:
            journal.forget_future(conn, row.id, now)
        task = plan_task(
            Source(
                id=row.id,
                platform=row.platform,
                kind=row.kind,
                locator=row.locator,
                title=row.title,
                organisation_id=row.organisation_id,
            ),
            now=now,
            wanted_from=watched_from(self.windows, now),
            covered=journal.covered(conn, row.id, row.query_hash),
            memory=journal.memory(conn, row.id),
            known=journal.known(conn, row.id),
            threads=journal.threads(conn, row.id) if self.configuration.limits.comments else (),
            listed=journal.shown(conn, row.id, utc(moment(now) - timedelta(days=TAKEN_DOWN_DAYS))),
            limits=self.configuration.limits,
        )
        with self.writing:
            journal.begin_source(conn, round_id, row.id, now)
        heard = Heard()
        pages = 0
        began = time.monotonic()
        timed_out: Counter[str] = Counter()
        try:
            for page in collect_pages(row.platform, task, self.client):
                whole = self._completed(page, task.known, timed_out)
                if whole is not None:
                    self._save(conn, row, round_id, whole, result)
                    pages += 1
                    heard = self._heard(heard, page)
                if self.stop:
                    result.outcome, result.reason = "partial", "stopped before its last page; the rest follows"
                    break
                if time.monotonic() - began > SOURCE_SECONDS:
                    result.outcome, result.reason = "partial", "it is slow to answer; the next round goes on from here"
                    break
            else:
                if not (result.new or result.changed or result.not_understood):
                    result.outcome = "unchanged"
        except Trouble as trouble:
            self._note_trouble(conn, row, round_id, trouble, result, pages)
            heard = Heard(
                failures=row.failures + 1, server_wait=heard.server_wait, retry_after=trouble.retry_after_seconds
            )
        except ArchiveError:
            raise
        except Exception as error:
            # A source must never end a round, whatever it sends; what it was is said and counted as its failure.
            result.outcome = "partial" if pages else "failed"
            result.reason = f"its answer could not be worked with ({type(error).__name__}: {error})"[:500]
            heard = Heard(failures=row.failures + 1)
        self._finish(conn, row, round_id, task, heard, result)
        return result

    def _completed(self, page: Page, known: Known, timed_out: Counter[str]) -> Page | None:
        """Summary-only entries that are, or may be, of a campaign, with the words of their article.

        One polite request each, once: an entry that is known has had its turn, however often its summary changes. An
        entry whose summary does not even speak of co-production is left as it is. None when a stop is heard meanwhile:
        half a page must not be saved, or its entries would count as known and never be completed. `timed_out` counts
        the hosts that did not answer, so that each is given up soon.
        """
        if not any(post.summary_only for post in page.posts):
            return page
        from msgspec.structs import replace

        from collector.platforms import feeds

        posts = []
        for post in page.posts:
            if self.stop:
                return None
            if post.summary_only and not is_known(post, known):
                found = match(post, self.configuration.campaigns)
                if found.of or found.baseline:
                    post = feeds.complete(post, self.client, self.robots, self.clock(), timed_out=timed_out)
            posts.append(post)
        return replace(page, posts=tuple(posts))

    def _save(
        self, conn: sqlite3.Connection, row: journal.SourceRow, round_id: int, page: Page, result: SourceResult
    ) -> None:
        matches = [match(post, self.configuration.campaigns) for post in page.posts]
        with self.writing:
            saved = save_page(
                conn,
                round_id=round_id,
                source_id=row.id,
                query_hash=row.query_hash,
                page=page,
                matches=matches,
                now=self.clock(),
            )
        result.new += saved.new
        result.changed += saved.changed
        result.unchanged += saved.unchanged
        result.unmatched += saved.unmatched
        result.not_understood += saved.not_understood
        result.skipped += saved.skipped
        if page.note:
            result.reason = page.note

    @staticmethod
    def _heard(heard: Heard, page: Page) -> Heard:
        waits = [wait for wait in (heard.server_wait, page.due_after_seconds) if wait is not None]
        return Heard(server_wait=max(waits) if waits else None)

    def _note_trouble(
        self,
        conn: sqlite3.Connection,
        row: journal.SourceRow,
        round_id: int,
        trouble: Trouble,
        result: SourceResult,
        pages: int,
    ) -> None:
        result.reason = trouble.message
        if trouble.kind == "gone":
            result.outcome = "retired"
            with self.writing:
                journal.retire(conn, row.id, trouble.message, self.clock())
            return
        result.outcome = "partial" if pages else "failed"
        result.unreachable = trouble.kind == "unreachable" and not pages
        if trouble.body:
            kept = Unread(reason=trouble.message, raw=trouble.body[:KEPT_BODY])
            self._save(conn, row, round_id, Page(unread=(kept,), requests=0), result)
            result.reason = trouble.message

    def _finish(
        self,
        conn: sqlite3.Connection,
        row: journal.SourceRow,
        round_id: int,
        task: Task,
        heard: Heard,
        result: SourceResult,
    ) -> None:
        now = self.clock()
        left = still_missing(task.wanted, journal.covered(conn, row.id, row.query_hash))
        heard = Heard(
            failures=heard.failures,
            server_wait=heard.server_wait,
            retry_after=heard.retry_after,
            # A gap that this round could not narrow is not worth hurrying for.
            gap_left=bool(left) and left != task.missing and result.outcome in {"ok", "partial"},
        )
        with self.writing:
            journal.finish_source(
                conn,
                round_id,
                row.id,
                outcome=result.outcome,
                reason=result.reason,
                failures=heard.failures,
                due_at=next_due(row.id, now, pace(self.windows, self.configuration.schedule, now), heard),
                now=now,
            )


class Dispatcher:
    """Collects sources side by side: at most `workers` at once, and `per_host` of one host, so that a slow host holds
    up nobody but itself. Sources may be added at any time; one that is under way is not started twice.
    """

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._pool = ThreadPoolExecutor(worker.configuration.fetching.workers, thread_name_prefix="source")
        self._lock = threading.Lock()
        self._waiting: list[_Job] = []
        self._busy_hosts: Counter[str] = Counter()
        self._under_way: set[int] = set()
        self._open_rounds = 0

    def start(
        self,
        rows: Sequence[journal.SourceRow],
        *,
        on_result: Callable[[SourceResult], None],
        on_end: Callable[[list[SourceResult], Exception | None], None],
    ) -> int:
        """Open a round over those `rows` that are not under way already; returns how many it took.

        `on_result` is called for each source as it ends, `on_end` once with all of them, in the order of `rows`, and
        with the archive's error where it could not be written. Both are called from worker threads.
        """
        with self._lock:
            taken = [row for row in rows if row.id not in self._under_way]
            self._under_way.update(row.id for row in taken)
        if not taken:
            return 0
        conn = connect(Path(self.worker.configuration.archive))
        try:
            round_id = journal.begin_round(conn, "collect", self.worker.clock(), __version__)
        finally:
            conn.close()
        running = _Round(round_id, [row.id for row in taken], on_result, on_end)
        with self._lock:
            self._open_rounds += 1
            self._waiting.extend(_Job(row, running, host_of(row)) for row in taken)
        self._start_what_may_start()
        return len(taken)

    def close(self) -> None:
        """Start nothing more. What is under way goes on to its end, or to its next page once `worker.stop` is set."""
        with self._lock:
            self._waiting.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def end(self, seconds: float) -> bool:
        """Start nothing more and wait so long for what is under way; whether all of it ended."""
        self.close()
        deadline = time.monotonic() + seconds
        while self.is_busy() and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.is_busy()

    def is_busy(self) -> bool:
        """Whether a round is under way, the computing of its figures included."""
        with self._lock:
            return self._open_rounds > 0

    def _start_what_may_start(self) -> None:
        per_host = self.worker.configuration.fetching.per_host
        with self._lock:
            waiting, self._waiting = self._waiting, []
            for job in waiting:
                if self._busy_hosts[job.host] < per_host and not self.worker.stop:
                    self._busy_hosts[job.host] += 1
                    self._pool.submit(self._run, job)
                else:
                    self._waiting.append(job)

    def _run(self, job: _Job) -> None:
        error: Exception | None = None
        result = SourceResult(source_id=job.row.id, title=job.row.title, outcome="failed")
        try:
            result = self.worker.collect(job.row, job.round.id)
        except Exception as trouble:
            error = trouble
            result.reason = str(trouble)
        with self._lock:
            self._busy_hosts[job.host] -= 1
            self._under_way.discard(job.row.id)
        try:
            job.round.on_result(result)
        except Exception as trouble:  # a terminal that went away must not leave the round without an end
            error = error or trouble
        finally:
            self._start_what_may_start()
            if job.round.note(result, error):
                self._end(job.round)

    def _end(self, ended: _Round) -> None:
        try:
            conn = connect(Path(self.worker.configuration.archive))
            try:
                now = self.worker.clock()
                if is_offline(ended.in_order()):
                    soon = utc(moment(now) + timedelta(seconds=OFFLINE_WAIT))
                    journal.ask_again(conn, [result.source_id for result in ended.in_order()], soon)
                journal.finish_round(conn, ended.id, now)
            finally:
                conn.close()
        except ArchiveError as trouble:
            ended.error = ended.error or trouble
        try:
            ended.on_end(ended.in_order(), ended.error)
        finally:
            with self._lock:
                self._open_rounds -= 1


class _Round:
    """Which sources of a round have ended."""

    def __init__(
        self,
        round_id: int,
        order: list[int],
        on_result: Callable[[SourceResult], None],
        on_end: Callable[[list[SourceResult], Exception | None], None],
    ) -> None:
        self.id = round_id
        self.on_result = on_result
        self.on_end = on_end
        self.error: Exception | None = None
        self._order = order
        self._results: dict[int, SourceResult] = {}
        self._lock = threading.Lock()

    def note(self, result: SourceResult, error: Exception | None) -> bool:
        """Whether that was the last one."""
        with self._lock:
            self._results[result.source_id] = result
            self.error = self.error or error
            return len(self._results) == len(self._order)

    def in_order(self) -> list[SourceResult]:
        return [self._results[source_id] for source_id in self._order]


class _Job(Struct, frozen=True):
    row: journal.SourceRow
    round: Any
    host: str


def host_of(row: journal.SourceRow) -> str:
    """The host a source is asked at, as far as its address says."""
    return urlsplit(row.locator).netloc.lower() or row.platform


def run_round(
    worker: Worker,
    rows: Sequence[journal.SourceRow],
    *,
    on_result: Callable[[SourceResult], None] = lambda result: None,
) -> list[SourceResult]:
    """Collect `rows` and wait for them all; their results come in the order of `rows`.

    Raises `ArchiveError` when the archive itself cannot be written; the sources' own troubles are in the results.
    """
    ended = threading.Event()
    outcome: list[tuple[list[SourceResult], Exception | None]] = []

    def on_end(results: list[SourceResult], error: Exception | None) -> None:
        outcome.append((results, error))
        ended.set()

    dispatcher = Dispatcher(worker)
    try:
        if not dispatcher.start(rows, on_result=on_result, on_end=on_end):
            return []
        # In short waits, so that Ctrl-C is heard on Windows too.
        while not ended.wait(0.2):
            pass
    except BaseException:
        worker.stop.set()
        raise
    finally:
        dispatcher.close()
    results, error = outcome[0]
    if error is not None:
        raise error
    return results
