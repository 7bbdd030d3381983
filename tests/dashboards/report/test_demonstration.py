"""The report of the demonstration: a real-sized week, named people in its archive and none in its report."""

from __future__ import annotations

import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.dashboards.report.conftest import Made, make
from tests.dashboards.report.html import Page

NOW = "2026-08-10T08:00:00Z"


@pytest.fixture(scope="module")
def archive_copy(demonstration_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(demonstration_archive, tmp_path_factory.mktemp("copy") / "demonstration.db"))


@pytest.fixture(scope="module")
def seconds_and_demo(archive_copy: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, Made]:
    with closing(sqlite3.connect(archive_copy, isolation_level=None)) as conn:
        began = time.process_time()
        made = make(tmp_path_factory.mktemp("reports"), conn, None, now=NOW)
        return time.process_time() - began, made


def test_it_takes_under_ten_seconds_of_work_with_no_figure_computed_before(
    seconds_and_demo: tuple[float, Made],
) -> None:
    assert seconds_and_demo[0] < 10


def test_it_is_marked_as_made_up_in_every_chart(seconds_and_demo: tuple[float, Made]) -> None:
    made = seconds_and_demo[1]
    charts = made.html.split("<svg")[1:]
    assert len(charts) >= 10
    assert all("Made-up data" in chart[: chart.index("</svg>")] for chart in charts)
    assert made.html.index("MADE UP: nobody wrote these posts.") < made.html.index("<h1>")


def test_no_person_of_the_archive_is_in_it(seconds_and_demo: tuple[float, Made], archive_copy: Path) -> None:
    made = seconds_and_demo[1]
    with closing(sqlite3.connect(archive_copy)) as conn:
        people = conn.execute(
            "SELECT handle, name, url, native_id FROM authors WHERE organisation_id IS NULL AND platform <> 'blogs'"
        ).fetchall()
        texts = conn.execute("SELECT substr(text, 1, 60) FROM post_texts WHERE length(text) > 60 LIMIT 3000").fetchall()
        urls = conn.execute("SELECT uri FROM posts UNION SELECT url FROM posts").fetchall()
    assert len(people) > 200
    said = made.html + made.mail_text + made.mail_html
    for words in {word for row in people + texts + urls for word in row if word}:
        assert str(words) not in said


def test_the_mail_is_one_page(seconds_and_demo: tuple[float, Made]) -> None:
    assert len(seconds_and_demo[1].mail_text.split()) < 460


def test_nothing_is_said_in_the_wrong_number(seconds_and_demo: tuple[float, Made]) -> None:
    made = seconds_and_demo[1]
    for text in (Page(made.html).text(), " ".join(made.mail_text.split()), Page(made.mail_html).text()):
        assert not re.findall(r"(?<![\d.,])1 (?:comment|contributor|item|image|blog|post|day)s\b", text)


def test_its_pages_are_well_formed(seconds_and_demo: tuple[float, Made]) -> None:
    page = Page(seconds_and_demo[1].html)
    assert not page.unbalanced
    assert len(page.ids) == len(set(page.ids))
