"""A report of the small archive (`tests/dashboards/conftest.py`), made once for every test that reads it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dashboards import report
from tests.dashboards import conftest as small

CONTACT = "comms@charity.example"
OPT_OUT = "https://charity.example/opt-out"
SOFTWARE = "coproweek 9.8.7"

REAL_ROUND = "UPDATE rounds SET started_at = '2026-07-06T08:00:00Z', software = 'coproweek 9.8.7';"
ADDED = "UPDATE sources SET added_at = '2026-05-01T00:00:00Z';"
TERMS = """
INSERT INTO campaign_terms VALUES
    ('uk', 'hashtag', 'CoProWeek', 'coproweek'), ('uk', 'phrase', 'co-production week', 'co-production week'),
    ('uk', 'baseline', 'co-production', 'co-production');
INSERT INTO post_matches (campaign_id, post_id, kind, term, place) VALUES
    ('uk', 1, 'hashtag', 'CoProWeek', 'category'), ('uk', 1, 'phrase', 'Co-production Week', 'title'),
    ('uk', 2, 'hashtag', 'coproweek', 'text'), ('uk', 9, 'phrase', 'co-production week', 'text');
"""


def small_archive(*more: str) -> sqlite3.Connection:
    """The small archive with these statements after its own."""
    return small.make(":memory:", small.EDITIONS, small.POSTS, small.COVERAGE, REAL_ROUND, ADDED, TERMS, *more)


class Made(NamedTuple):
    html: str
    mail: EmailMessage
    mail_bytes: bytes
    paths: list[Path]

    @property
    def mail_text(self) -> str:
        return body(self.mail, "plain")

    @property
    def mail_html(self) -> str:
        return body(self.mail, "html")


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text


Make = Callable[..., Made]


def make(out: Path, conn: sqlite3.Connection, edition_id: str | None = "uk-2026", **changed: Any) -> Made:
    settings = {"contact": CONTACT, "opt_out_page": OPT_OUT, "software": SOFTWARE, "now": small.NOW} | changed
    paths = report.make(conn, edition_id, out, settings.pop("now"), **settings)
    raw = paths[1].read_bytes()
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return Made(paths[0].read_text(encoding="utf-8"), mail, raw, paths)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The report and the mail of the small archive, as at Monday 20 July 2026."""
    conn = small_archive()
    try:
        return make(tmp_path_factory.mktemp("reports"), conn)
    finally:
        conn.close()


@pytest.fixture
def make_of(tmp_path: Path, plain_charts: None) -> Make:
    """Makes a report of an archive that is the small one with a few statements more, quickly: with plain charts."""

    def of(*more: str, edition_id: str | None = "uk-2026", **changed: Any) -> Made:
        conn = small_archive(*more)
        try:
            return make(tmp_path, conn, edition_id, **changed)
        finally:
            conn.close()

    return of


@pytest.fixture
def plain_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts in no time, for tests that do not look at them; `made` has the real ones."""
    from dashboards import charts

    monkeypatch.setattr(
        charts, "svg", lambda figure: f'<svg class="chart" role="img"><!-- {figure.metric.name} --></svg>'
    )
    monkeypatch.setattr(charts, "png", lambda figure: b"\x89PNG")
