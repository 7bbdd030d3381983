"""Computes the metrics' results and stores them, so that pages, charts and the report show the same numbers at once.

Owner of the tables in `figures_1.sql`, which can be thrown away and made again. What a number means is in
`metrics/NAME.sql`; how its words read is in `wording.py`; how it is drawn is in `charts.py`, which this module is given
as a function and does not know.

A value is kept for 48 hours, then the last one of each day, then, when the edition is frozen, the frozen one; a frozen
edition that changes after all gets a new revision, and the old one stays.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from dashboards import editions as known_editions
from dashboards.computing import Figure, compute, compute_all, context, is_frozen
from dashboards.editions import EditionCount, EditionInfo, current_edition, edition
from dashboards.metrics import Metric, load_all
from dashboards.watching import utc

__all__ = [
    "EditionCount",
    "EditionInfo",
    "Figure",
    "chart_svg",
    "current_edition",
    "edition",
    "editions",
    "latest",
    "live",
    "migrate",
    "platforms",
    "refresh",
]

STYLE = 2
"""Raised when `charts.svg` draws otherwise than before, so that stored drawings are made again."""

KEEP_EVERY_VALUE_HOURS = 48
SETTLED_SECONDS = 60
"""A change stamped this shortly before a figure was computed may have been saved after it: writers wait their turn."""

LATEST_MIGRATION = 1


_Key = tuple[str, str]
"""A metric's name and a platform."""


class _Stored(Struct, frozen=True):
    """A row of `figures` beside the figure it holds."""

    id: int
    archive_changed_at: str
    figure: Figure


_COLUMNS = """
id, archive_changed_at, metric, metric_version, platform, as_at, columns, rows, coverage, unwatched, headline, summary,
revision"""


def migrate(conn: sqlite3.Connection) -> None:
    """Creates the figures' tables or brings them up to date, by sqlite-utils; costs nothing where they are."""
    if _migrated(conn):
        return
    from sqlite_utils import Database, Migrations

    migrations = Migrations("figures")

    @migrations(name="1")
    def version_1(database: Any) -> None:
        script = resources.files(__package__).joinpath("figures_1.sql").read_text(encoding="utf-8")
        for statement in _statements(script):
            database.conn.execute(statement)

    # Before the transaction, as sqlite-utils sets up its connection here.
    database = Database(conn)
    with _writing(conn):
        migrations.apply(database)


def refresh(
    conn: sqlite3.Connection,
    now: str,
    *,
    editions: Iterable[str] | None = None,
    draw: Callable[[Figure], str] | None = None,
) -> list[Figure]:
    """Computes what changed since it was last computed, stores it, and gives the figures whose value is new.

    `editions` restricts it to those ids. `draw` (`charts.svg`) makes the drawing that is stored beside each figure of
    all platforms together.
    Everything is computed on one snapshot without holding up a writer; one short transaction an edition stores it.
    """
    migrate(conn)
    wanted = None if editions is None else set(editions)
    new: list[Figure] = []
    for info in known_editions.known(conn):
        if info.lead_up_from_utc is not None and (wanted is None or info.id in wanted):
            new += _refresh_edition(conn, info, now, draw)
    return new


def latest(conn: sqlite3.Connection, metric_name: str, edition_id: str, platform: str = "") -> Figure | None:
    """The stored figure; None where there is none yet, or only one of an older version of the metric."""
    info = edition(conn, edition_id)
    if info is None:
        return None
    stored = _latest(conn, info, metric_name).get((metric_name, platform))
    return None if stored is None else stored.figure


def chart_svg(conn: sqlite3.Connection, metric_name: str, edition_id: str, platform: str = "") -> str | None:
    """The stored drawing of the latest figure; None where there is none, as for one platform alone."""
    if not _migrated(conn):
        return None
    row = conn.execute(
        """
        SELECT figure_drawings.svg FROM figures LEFT JOIN figure_drawings ON figure_drawings.figure_id = figures.id
        WHERE figures.edition_id = ? AND figures.metric = ? AND figures.platform = ? ORDER BY figures.id DESC LIMIT 1
        """,
        (edition_id, metric_name, platform),
    ).fetchone()
    return None if row is None else row[0]


def live(conn: sqlite3.Connection, metric_name: str, edition_id: str, platform: str, now: str) -> Figure:
    """The figure computed now and not stored. Raises KeyError for an unknown metric or edition."""
    metric = load_all()[metric_name]
    info = edition(conn, edition_id)
    if info is None:
        raise KeyError(edition_id)
    with _reading(conn):
        return compute(conn, metric, context(conn, info, now), platform, live=True)


def editions(conn: sqlite3.Connection) -> list[EditionCount]:
    """Every edition, newest first within each campaign, campaigns in the order of the configuration.

    The items are those of the stored figures, so that pages agree; counted where nothing is stored yet.
    """
    counted = []
    for info in known_editions.known(conn):
        stored = _latest(conn, info, "phases").get(("phases", ""))
        if stored is None:
            items = known_editions.items(conn, info.id)
        else:
            items = sum(row[-1] or 0 for row in stored.figure.rows)
        counted.append(EditionCount(edition=info, items=items))
    return counted


def platforms(conn: sqlite3.Connection, edition_id: str) -> list[str]:
    """The platforms that have items in an edition, in alphabetical order: those stored, else counted now."""
    if _migrated(conn):
        stored = conn.execute(
            "SELECT DISTINCT platform FROM figures WHERE edition_id = ? AND platform <> '' ORDER BY platform",
            (edition_id,),
        ).fetchall()
        if stored:
            return [row[0] for row in stored]
    return known_editions.platforms(conn, edition_id)


# Storing -------------------------------------------------------------------------------------------------------------


def _refresh_edition(
    conn: sqlite3.Connection, info: EditionInfo, now: str, draw: Callable[[Figure], str] | None
) -> list[Figure]:
    with _reading(conn):
        row = conn.execute("SELECT changed_at FROM edition_changes WHERE edition_id = ?", (info.id,)).fetchone()
        if row is None:
            return []
        changed_at: str = row[0]
        stored = _latest(conn, info)
        # Where the posts are gone, their time being over, the figures are all there is, and nothing is computed again.
        stale = (
            []
            if info.content_removed_at
            else [metric for metric in load_all().values() if _is_stale(stored, metric, info, changed_at, now)]
        )
        found = context(conn, info, now) if stale else None
        computed: list[Figure] = []
        if found is not None:
            computed = [figure for metric in stale for figure in compute_all(conn, metric, found)]
        drawn = {row[0] for row in conn.execute(_DRAWN, (info.id, STYLE))} if draw is not None else set()
    changed = {_key(figure): figure for figure in computed if not _same(stored.get(_key(figure)), figure)}
    drawings: dict[_Key, str] = {}
    if draw is not None:
        undrawn = {key: old.figure for key, old in stored.items() if old.id not in drawn}
        # Of all platforms together only: those open the pages and the report. Those of one platform are drawn when
        # somebody looks at them, or most of a round's time would go into pictures that nobody sees.
        drawings = {key: draw(figure) for key, figure in (undrawn | changed).items() if not figure.platform}
    if not computed and not drawings:
        return []
    new = []
    with _writing(conn):
        ids = {key: present.id for key, present in _latest(conn, info).items()}
        # Where somebody else stored or removed figures meanwhile, ours may be older: the next time computes them again.
        ours = {key for key in {*stored, *changed} if ids.get(key) == (stored[key].id if key in stored else None)}
        for figure in computed:
            key = _key(figure)
            if key not in ours:
                continue
            if key in changed:
                figure = _with_revision(conn, figure)
                ids[key] = _insert(conn, figure, changed_at)
                new.append(figure)
            else:
                conn.execute(
                    "UPDATE figures SET as_at = ?, archive_changed_at = ?, coverage = ? WHERE id = ?",
                    (figure.as_at, changed_at, figure.coverage, ids[key]),
                )
        for key in drawings.keys() & ours:
            conn.execute(
                "INSERT OR REPLACE INTO figure_drawings (figure_id, style, svg) VALUES (?, ?, ?)",
                (ids[key], STYLE, drawings[key]),
            )
        if found is not None:
            _forget_superseded(conn, info, now, ("", *found.platforms))
    return new


def _is_stale(stored: Mapping[_Key, _Stored], metric: Metric, info: EditionInfo, changed_at: str, now: str) -> bool:
    """Whether it has to be computed: it never was, or the archive, its definition or the edition's state changed."""
    old = stored.get((metric.name, ""))
    if old is None:
        return True
    settled = utc(datetime.fromisoformat(old.figure.as_at) - timedelta(seconds=SETTLED_SECONDS))
    return (
        old.archive_changed_at != changed_at
        or changed_at >= settled
        or (is_frozen(info, now) and not old.figure.frozen)
    )


def _key(figure: Figure) -> _Key:
    return figure.metric.name, figure.platform


def _same(old: _Stored | None, figure: Figure) -> bool:
    """Whether what is stored says the same. The share covered moves with every minute and does not count."""
    return old is not None and old.figure == msgspec.structs.replace(
        figure, as_at=old.figure.as_at, coverage=old.figure.coverage, revision=old.figure.revision
    )


def _with_revision(conn: sqlite3.Connection, figure: Figure) -> Figure:
    """A frozen figure with the next number of its edition's, whatever version of the metric the earlier ones are of."""
    if not figure.frozen:
        return figure
    (before,) = conn.execute(
        "SELECT MAX(revision) FROM figures WHERE metric = ? AND edition_id = ? AND platform = ?",
        (figure.metric.name, figure.edition.id, figure.platform),
    ).fetchone()
    return msgspec.structs.replace(figure, revision=(before or 0) + 1)


def _latest(conn: sqlite3.Connection, info: EditionInfo, metric_name: str | None = None) -> dict[_Key, _Stored]:
    """The newest stored value of each figure of an edition, where it is of the metric's present version.

    Figures of an edition whose posts are gone are given as they are.
    """
    if not _migrated(conn):
        return {}
    metrics = load_all()
    found = {}
    for row in conn.execute(
        f"""
        SELECT {_COLUMNS} FROM figures
        WHERE id IN (
            SELECT MAX(id) FROM figures WHERE edition_id = :edition AND (:metric IS NULL OR metric = :metric)
            GROUP BY metric, platform
        )
        """,
        {"edition": info.id, "metric": metric_name},
    ):
        metric = metrics.get(row[2])
        if metric is None or (metric.version != row[3] and not info.content_removed_at):
            continue
        figure = Figure(
            metric=msgspec.structs.replace(metric, version=row[3]),
            edition=info,
            platform=row[4],
            as_at=row[5],
            columns=msgspec.json.decode(row[6], type=tuple[str, ...]),
            rows=msgspec.json.decode(row[7], type=tuple[tuple[Any, ...], ...]),
            coverage=row[8],
            unwatched=msgspec.json.decode(row[9], type=tuple[tuple[str, str, str], ...]),
            headline=row[10],
            summary=row[11],
            frozen=row[12] is not None,
            live=False,
            revision=row[12],
        )
        found[metric.name, figure.platform] = _Stored(row[0], row[1], figure)
    return found


def _insert(conn: sqlite3.Connection, figure: Figure, changed_at: str) -> int:
    cursor = conn.execute(
        """
        INSERT INTO figures (
            metric, metric_version, edition_id, platform, since, as_at, archive_changed_at, columns, rows, coverage,
            unwatched, headline, summary, revision
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            figure.metric.name,
            figure.metric.version,
            figure.edition.id,
            figure.platform,
            figure.as_at,
            figure.as_at,
            changed_at,
            msgspec.json.encode(figure.columns).decode(),
            msgspec.json.encode(figure.rows).decode(),
            figure.coverage,
            msgspec.json.encode(figure.unwatched).decode(),
            figure.headline,
            figure.summary,
            figure.revision,
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


_DRAWN = """
SELECT figures.id FROM figures JOIN figure_drawings ON figure_drawings.figure_id = figures.id
WHERE figures.edition_id = ? AND figure_drawings.style = ?
"""


def _forget_superseded(conn: sqlite3.Connection, info: EditionInfo, now: str, present: Sequence[str]) -> None:
    """Older values that need not be kept, drawings that are not the latest, platforms and metrics that are no more."""
    names = list(load_all())
    conn.execute(
        # A frozen figure was published: it stays, even when its metric is no more.
        f"DELETE FROM figures WHERE edition_id = ? AND revision IS NULL AND (platform NOT IN ({_places(present)})"
        f" OR metric NOT IN ({_places(names)}))",
        (info.id, *present, *names),
    )
    newest = "SELECT MAX(id) FROM figures WHERE edition_id = :edition GROUP BY metric, platform"
    values = {
        "edition": info.id,
        "before": utc(datetime.fromisoformat(now) - timedelta(hours=KEEP_EVERY_VALUE_HOURS)),
    }
    conn.execute(
        f"""
        DELETE FROM figures WHERE edition_id = :edition AND revision IS NULL AND as_at < :before
        AND id NOT IN ({newest})
        AND id NOT IN (
            SELECT MAX(id) FROM figures WHERE edition_id = :edition AND revision IS NULL
            GROUP BY metric, platform, substr(as_at, 1, 10)
        )
        """,
        values,
    )
    conn.execute(
        """
        DELETE FROM figures WHERE edition_id = :edition AND revision IS NULL AND EXISTS (
            SELECT 1 FROM figures AS frozen WHERE frozen.edition_id = figures.edition_id
            AND frozen.metric = figures.metric AND frozen.platform = figures.platform AND frozen.revision IS NOT NULL
        )
        """,
        values,
    )
    only_newest = [metric.name for metric in load_all().values() if metric.keep == "latest"]
    conn.execute(
        f"DELETE FROM figures WHERE edition_id = ? AND metric IN ({_places(only_newest)})"
        " AND id NOT IN (SELECT MAX(id) FROM figures WHERE edition_id = ? GROUP BY metric, platform)",
        (info.id, *only_newest, info.id),
    )
    conn.execute(
        f"""
        DELETE FROM figure_drawings WHERE figure_id IN (SELECT id FROM figures WHERE edition_id = :edition)
        AND figure_id NOT IN ({newest})
        """,
        values,
    )


# The tables ----------------------------------------------------------------------------------------------------------


def _places(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _migrated(conn: sqlite3.Connection) -> bool:
    try:
        row = conn.execute("SELECT COUNT(*) FROM _sqlite_migrations WHERE migration_set = 'figures'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return False
        raise
    return bool(row[0] >= LATEST_MIGRATION)


def _statements(script: str) -> Iterator[str]:
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


@contextlib.contextmanager
def _reading(conn: sqlite3.Connection) -> Iterator[None]:
    """One snapshot for everything that is read inside; the caller's own, where there is one."""
    if conn.in_transaction:
        yield
        return
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("ROLLBACK")


@contextlib.contextmanager
def _writing(conn: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing, waiting for its turn at the start."""
    conn.execute("PRAGMA busy_timeout = 30000")
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        conn.execute("COMMIT")
    except BaseException:
        # On some failures (a full disk) SQLite has rolled back already.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
