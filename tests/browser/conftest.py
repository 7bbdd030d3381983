"""A real Chromium, and the pages served to it on loopback."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from dashboards import charts, serve
from tests.dashboards.site.conftest import clock, insert, make, open_archive


class Served:
    """An application behind a real server, in a thread."""

    def __init__(self, app: Any) -> None:
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", ws="none"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            threading.Event().wait(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def end(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The small archive full of an attacker's texts (`tests/dashboards/site/conftest.py`), with real charts; beside it,
    the same as a demonstration. Gives the address."""
    folder = tmp_path_factory.mktemp("pages")
    archive = make(folder / "archive.db", draw=charts.svg)
    served = Served(serve.make_app(archive, made_up_copy(archive, folder / "demo.db"), clock=clock))
    yield served.url
    served.end()


@pytest.fixture(scope="session")
def empty_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An archive before anything was collected."""
    path = tmp_path_factory.mktemp("empty") / "archive.db"
    conn = open_archive(path)
    insert(conn, "sources", platform="blogs", kind="feed", locator="https://blog.example/", title="A blog", failures=1)
    conn.close()
    served = Served(serve.make_app(path, clock=clock))
    yield served.url
    served.end()


def made_up_copy(archive: Path, to: Path) -> Path:
    import sqlite3

    shutil.copy(archive, to)
    conn = sqlite3.connect(to)
    conn.execute("INSERT INTO archive_info VALUES ('made_up', '1')")
    conn.commit()
    conn.close()
    return to
