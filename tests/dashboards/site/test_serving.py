"""Serving: on loopback, quietly, until it is told to end; and what the plugin does in a Datasette that is not ours."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dashboards import serve

SERVE = """
import sys
from pathlib import Path
from dashboards import serve
serve.run(Path(sys.argv[1]), port=0, started=lambda url: print(url, flush=True))
print("ended well", flush=True)
"""


def started(archive: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(archive)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(serve.__file__).parents[1],
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_and_quietly_within_two_seconds_though_someone_is_reading(archive_path: Path, number: int) -> None:
    process, url = started(archive_path)
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    assert host == "127.0.0.1"
    with urllib.request.urlopen(url) as page:
        assert b"Co-production Week 2026" in page.read()
    endless = "with recursive t(x) as (select 1 union all select x from t) select count(*) from t"
    slow = "archive.json?sql=" + urllib.parse.quote(endless)
    with socket.create_connection((host, int(port))) as idle, socket.create_connection((host, int(port))) as gone:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        idle.recv(100)
        gone.sendall(f"GET /{slow} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        gone.close()
        began = time.monotonic()
        process.send_signal(number)
        out, errors = process.communicate(timeout=10)
    assert time.monotonic() - began < 2
    assert (process.returncode, out, errors) == (0, "ended well\n", "")


def test_a_port_that_is_taken_is_said_to_be_taken(archive_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(serve.ServeError, match=f"Port {port} on 127.0.0.1 is in use by another program"):
            serve.run(archive_path, port=port)


def test_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(serve.ServeError, match="There is no archive at"):
        serve.make_app(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("not a database" * 100)
    with pytest.raises(serve.ServeError, match="The archive cannot be read"):
        serve.make_app(tmp_path / "text.db")


def test_an_archive_under_an_awkward_name_is_served(archive_path: Path, tmp_path: Path) -> None:
    from tests.dashboards.site.conftest import Visitor

    awkward = tmp_path / "50% #1? ü"
    awkward.mkdir()
    visitor = Visitor(serve.make_app(archive_path.rename(awkward / "a b.db")))
    assert visitor.get("/").status_code == visitor.get("/archive/items").status_code == 200
    visitor.close()


def test_pages_are_read_while_a_round_is_writing(archive_path: Path) -> None:
    from tests.dashboards.site.conftest import Visitor, write

    visitor = Visitor(serve.make_app(archive_path))
    stop = threading.Event()
    troubles: list[Exception] = []

    def writing() -> None:
        conn = sqlite3.connect(archive_path, isolation_level=None, timeout=30)
        number = 1000
        try:
            while not stop.is_set():
                conn.execute("BEGIN IMMEDIATE")
                for _ in range(50):
                    number += 1
                    write(conn, number, "x", 1, "2026-07-08", f"post {number}")
                conn.execute("COMMIT")
        except sqlite3.Error as error:
            troubles.append(error)
        finally:
            conn.close()

    thread = threading.Thread(target=writing)
    thread.start()
    try:
        for _ in range(5):
            for path in ("/", "/sources", "/archive/items", "/archive/posts.json"):
                assert visitor.get(path).status_code == 200
    finally:
        stop.set()
        thread.join()
        visitor.close()
    assert troubles == []


def test_the_plugin_leaves_a_datasette_that_is_not_ours_as_it_is(tmp_path: Path) -> None:
    from datasette.app import Datasette

    path = tmp_path / "other.db"
    conn = sqlite3.connect(path)
    conn.executescript(
        "CREATE TABLE raw_items (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO raw_items VALUES (1, 'x')"
    )
    conn.close()

    async def asked() -> tuple[Any, Any]:
        datasette = Datasette([str(path)])
        await datasette.invoke_startup()
        return await datasette.client.get("/"), await datasette.client.get("/other/raw_items.json?_shape=array")

    first, table = asyncio.run(asked())
    assert "Datasette" in first.text and "coproweek" not in first.text
    assert table.json() == [{"id": 1, "body": "x"}]


def test_an_archive_stays_closed_in_a_datasette_that_is_not_ours(archive_path: Path) -> None:
    from datasette.app import Datasette

    async def asked() -> Any:
        datasette = Datasette([str(archive_path)])
        await datasette.invoke_startup()
        return await datasette.client.get("/archive.json?sql=select+*+from+raw_items")

    response = asyncio.run(asked())
    assert response.status_code == 400 and "RAW-BODY" not in response.text
