"""The command as a person meets it: what it prints, what it leaves behind, its exit codes. Never a traceback."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector import processes
from collector.cli import kind_of, main
from tests.blogs import Entry, rss
from tests.fakeserver import FakeServer, Reply

CAMPAIGN = """
archive = "archive.db"

[fetching]
allow_private_addresses = true

[[campaign]]
id = "uk"
title = "Co-production Week"
hashtags = ["CoProWeek"]
phrases = ["co-production week"]

[[campaign.edition]]
year = 2026
starts_on = 2026-07-06
ends_on = 2026-07-10
"""


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as server:
        server.put("/good/", Reply(rss(server.url("/"), [Entry(1)]), headers={"Content-Type": "application/rss+xml"}))
        server.put("/bad/", Reply(status=503))
        yield server


class Desk:
    """A folder with a config.toml, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"

    def write(self, *addresses: str, campaign: str = CAMPAIGN) -> None:
        sources = "".join(f'\n[[source]]\naddress = "{address}"\n' for address in addresses)
        self.config.write_text(campaign + sources, encoding="utf-8")

    def run(self, *words: str, typed: str = "") -> Result:
        result = CliRunner().invoke(main, [*words, "--config", str(self.config)], input=typed)
        assert "Traceback" not in result.output
        return result


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_mistakes_are_all_said_with_their_lines_and_nothing_starts(desk: Desk) -> None:
    desk.write("not an address", campaign=CAMPAIGN.replace("2026-07-10", "2026-07-01").replace("hashtags", "hashtag"))
    result = desk.run("check")
    assert result.exit_code == 2
    lines = CAMPAIGN.replace("hashtags", "hashtag").splitlines()
    for mistake in ('hashtag = ["CoProWeek"]', "ends_on = 2026-07-10"):
        assert f"config.toml, line {lines.index(mistake) + 1}:" in result.output
    assert f"config.toml, line {len(lines) + 3}: address is not a web address" in result.output
    assert not (desk.folder / "archive.db").exists()
    assert desk.run("collect").exit_code == 2


def test_a_right_configuration_is_said_to_be_right(desk: Desk) -> None:
    desk.write("https://blog.example/")
    result = desk.run("check")
    assert result.exit_code == 0
    assert "no mistakes" in result.output
    assert "No contact address is set" in result.output


def test_where_there_is_no_configuration_the_one_that_comes_along_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check"])
    assert result.exit_code == 0, result.output
    assert "config.toml was written" in result.output or "was written" in result.output
    assert (tmp_path / "config.toml").read_bytes() == (Path(__file__).parents[2] / "config.toml").read_bytes()


def test_a_configuration_that_was_named_and_is_not_there_is_a_mistake(desk: Desk) -> None:
    result = desk.run("check")
    assert result.exit_code == 2
    assert "config.toml" in result.output


def test_collect_ends_with_one_line_for_each_source_and_says_by_its_exit_code_that_one_failed(
    desk: Desk, server: FakeServer
) -> None:
    desk.write(server.url("/good/"), server.url("/bad/"))
    result = desk.run("collect")
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()[-2:]
    assert "1 new, 0 changed, 0 unchanged" in lines[0]
    assert "failed:" in lines[1]
    assert "503" in lines[1]
    again = desk.run("collect", "good")
    assert again.exit_code == 0
    assert "0 new, 0 changed, 1 unchanged" in again.output


def test_collecting_a_source_that_nobody_configured_names_those_that_are(desk: Desk, server: FakeServer) -> None:
    desk.write(server.url("/good/"))
    result = desk.run("collect", "nonsense")
    assert result.exit_code == 2
    assert "No source matches “nonsense”" in result.output


def test_status_says_the_same_to_people_and_to_programs(desk: Desk, server: FakeServer) -> None:
    desk.write(server.url("/good/"))
    desk.run("collect")
    assert "1 posts." in desk.run("status").output
    (source,) = json.loads(desk.run("status", "--json").output)["sources"]
    assert (source["posts"], source["failures"], source["retired_at"]) == (1, 0, None)


def test_forgetting_asks_first_and_keeps_out(desk: Desk, server: FakeServer) -> None:
    desk.write(server.url("/good/"))
    desk.run("collect")
    target = server.url("/post-1/")
    refused = desk.run("forget", target, typed="n\n")
    assert refused.exit_code == 1
    done = desk.run("forget", target, typed="y\n")
    assert done.exit_code == 0, done.output
    assert "Removed: 1 posts" in done.output
    again = desk.run("collect")
    assert "0 new" in again.output
    with sqlite3.connect(desk.folder / "archive.db") as conn:
        assert conn.execute("SELECT count(*) FROM posts").fetchone() == (0,)


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://blog.example/a-post/", "post"),
        ("https://blog.example/?p=1", "post"),
        ("https://blog.example/", "site"),
        ("blog.example", "site"),
        ("@ann@social.example", "author"),
        ("Ann Example", "author"),
        ("ann", "author"),
    ],
)
def test_what_is_to_be_forgotten_is_seen_from_its_form(target: str, kind: str) -> None:
    assert kind_of(target) == kind


def test_a_file_is_shown_before_anything_is_written(desk: Desk, server: FakeServer) -> None:
    desk.write(server.url("/good/"))
    file = desk.folder / "saved.xml"
    file.write_bytes(rss("https://blog.example/", [Entry(7, title="Saved")]))
    refused = desk.run("import", str(file), typed="n\n")
    assert "Saved" in refused.output
    assert "1 of them are of a campaign" in refused.output
    done = desk.run("import", str(file), typed="y\n")
    assert "1 new" in done.output
    assert "0 new" in desk.run("import", str(file), "--yes").output


def test_a_file_that_is_none_is_said_and_the_rest_goes_on(desk: Desk) -> None:
    desk.write("https://blog.example/")
    file = desk.folder / "saved.xml"
    file.write_bytes(rss("https://blog.example/", [Entry(7)]))
    result = desk.run("import", str(desk.folder / "missing.csv"), str(file), "--yes")
    assert result.exit_code == 1
    assert "missing.csv" in result.output
    assert "1 new" in result.output


def test_an_archive_that_is_none_is_said_in_words(desk: Desk) -> None:
    desk.write("https://blog.example/")
    (desk.folder / "archive.db").write_bytes(b"this is a letter and no database at all, really" * 50)
    result = desk.run("status")
    assert result.exit_code == 1
    assert "archive.db" in result.output


def test_what_nobody_expected_goes_to_a_file_and_not_to_the_screen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("https://blog.example/")
    monkeypatch.setattr("collector.status.as_text", lambda states, now: 1 / 0)
    result = desk.run("status")
    assert result.exit_code == 1
    assert "did not expect" in result.output
    assert "ZeroDivisionError" in (desk.folder / "coproweek-errors.log").read_text(encoding="utf-8")


def test_a_report_of_nothing_is_refused_in_words(desk: Desk) -> None:
    desk.write("https://blog.example/")
    result = desk.run("report", "--out", str(desk.folder / "reports"))
    assert result.exit_code == 2
    assert not (desk.folder / "reports").exists()


def test_a_second_up_on_one_archive_says_so_and_leaves(desk: Desk) -> None:
    desk.write("https://blog.example/")
    lock = processes.Lock(desk.folder / "archive.db")
    result = desk.run("up")
    lock.release()
    assert result.exit_code == 2
    assert "already running" in result.output


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_up_collects_shows_pages_survives_its_children_and_ends_at_once(desk: Desk, server: FakeServer) -> None:
    desk.write(server.url("/good/"))
    desk.run("collect")
    with (desk.folder / "up.log").open("w+", encoding="utf-8") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "collector.cli", "up", "--config", str(desk.config), "--port", "8451"],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            address = wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+/", (desk.folder / "up.log").read_text()))
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

            def page() -> str:
                return str(opener.open(address[0], timeout=10).read().decode())

            assert "Co-production Week" in page()
            first = children(up.pid)
            assert len(first) == 2
            for child in first:
                os.kill(child, signal.SIGKILL)
            wait_for(lambda: len(children(up.pid) - first) == 2)
            wait_for(lambda: "Co-production Week" in quietly(page))
            started = time.monotonic()
            os.kill(up.pid, signal.SIGTERM)
            assert up.wait(10) == 0
            assert time.monotonic() - started < 5
        finally:
            if up.poll() is None:
                os.killpg(up.pid, signal.SIGKILL)
        said = (desk.folder / "up.log").read_text()
    assert "ended unexpectedly and is started again" in said
    assert "Everything collected is saved" in said
    assert "Traceback" not in said


def quietly(page: object) -> str:
    try:
        return str(page())  # type: ignore[operator]
    except OSError:
        return ""


def children(pid: int) -> set[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return {int(number) for number in found.split()}


def wait_for(true: object, seconds: float = 60.0) -> re.Match[str]:
    deadline = time.monotonic() + seconds
    while not (answer := true()):  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.1)
    return answer  # type: ignore[no-any-return]
