"""Which rounds the page of the sources takes for cut off."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dashboards.site import sources
from tests.dashboards.site.conftest import NOW, insert


@pytest.mark.parametrize(
    ("started", "active", "finished", "cut_off"),
    [
        # It is 12:00. A round may last for hours, as long as it goes on saving something every quarter of an hour.
        ("2026-07-08T07:00:00Z", "2026-07-08T11:45:00Z", None, False),
        ("2026-07-08T07:00:00Z", "2026-07-08T11:44:59Z", None, True),
        ("2026-07-08T11:30:00Z", "2026-07-08T11:30:00Z", None, True),
        ("2026-07-08T11:50:00Z", "2026-07-08T11:50:00Z", None, False),
        ("2026-07-08T07:00:00Z", "2026-07-08T08:00:00Z", "2026-07-08T08:00:00Z", False),
        ("2026-06-08T11:59:59Z", "2026-06-08T12:00:00Z", None, False),  # more than thirty days ago
    ],
)
def test_a_round_is_cut_off_that_was_silent_for_a_quarter_of_an_hour(
    archive_path: Path, started: str, active: str, finished: str | None, cut_off: bool
) -> None:
    with closing(sqlite3.connect(archive_path)) as conn:
        conn.execute("UPDATE rounds SET finished_at = started_at WHERE finished_at IS NULL")
        times = {"started_at": started, "last_active_at": active, "finished_at": finished}
        insert(conn, "rounds", kind="collect", software="test", **times)
        insert(conn, "rounds", kind="collect", software="test", **dict.fromkeys(times, NOW))
        found = [one.started_at for one in sources.health(conn, None, NOW).cut_off]
    assert found == ([started] if cut_off else [])
