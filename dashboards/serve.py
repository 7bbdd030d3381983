"""Builds the pages' ASGI application and serves it on loopback: `make_app` and `run`.

The pages themselves, ours and Datasette's, are in `dashboards.site`.
"""

from __future__ import annotations

import logging
import socket
import sqlite3
import sys
import warnings
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from types import FrameType

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from dashboards import site
from dashboards.site import addresses
from dashboards.site.door import App, Door
from dashboards.site.state import State, utc_now
from dashboards.site.visitors import ArchiveDatabase

SETTINGS = {
    "allow_download": False,
    "default_cache_ttl": 0,
    "default_page_size": 50,
    "facet_time_limit_ms": 200,
    "max_returned_rows": 1000,
    "num_sql_threads": 3,
    "sql_time_limit_ms": 500,
    "suggest_facets": False,
    "truncate_cells_html": 200,
}
END_SECONDS = 1


class ServeError(Exception):
    """Why the pages cannot be served, in words."""


def make_app(
    archive: Path,
    demonstration: Path | None = None,
    *,
    hosts: Collection[str] = (),
    clock: Callable[[], datetime] = utc_now,
) -> App:
    """The application that shows an archive and, beside it, the demonstration where there is one.

    `hosts` are names beside loopback's by which the pages may be asked for. Raises `ServeError` where there is no
    archive to read.
    """
    for path in (archive, demonstration):
        if path is not None and not path.is_file():
            raise ServeError(f"There is no archive at {path}. “coproweek collect” makes one.")
    if not pm.is_registered(site):  # it is, by its entry point, where coproweek is installed
        pm.register(site, "coproweek")
    # Not called templates, a name under which every Datasette of this environment would take ours for its own.
    datasette = Datasette([], settings=SETTINGS, template_dir=str(Path(site.__file__).parent / "html"))
    datasette.remove_database("_memory")
    try:
        state = State(archive, demonstration, clock)
    except sqlite3.Error as error:
        raise ServeError(f"The archive cannot be read: {error}.") from error
    datasette.coproweek = state
    for shown in state.archives:
        datasette.add_database(ArchiveDatabase(datasette, str(shown.path)), name=shown.database)
    for function in (addresses.cell_class, addresses.other_choices, addresses.query_title, addresses.tidy):
        datasette.jinja_env.filters[function.__name__] = function
    return Door(datasette.app(), hosts, csv_under=[shown.database for shown in state.archives])


def run(
    archive: Path,
    demonstration: Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    hosts: Collection[str] = (),
    started: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve until Ctrl-C or SIGTERM, and end within two seconds of it. `started` is told the address.

    Raises `ServeError` where the port is taken or there is no archive to read.
    """
    app = make_app(archive, demonstration, hosts=hosts)
    listening = _listen(host, port)
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{listening.getsockname()[1]}/"
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=END_SECONDS,
        timeout_keep_alive=30,
        ws="none",
    )
    # Datasette leaves what it began where an address asks for facets that do not exist; nobody at the terminal did it.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
    # A visitor who closes the page before it is drawn is nobody's error, nor is a task that is cancelled at the end.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    _Server(config, lambda: started(url)).run([listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Unlike uvicorn's, does not raise the signal again afterwards: to be told to end is to end well."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if sys.platform == "win32":  # where the usual option would let another program take over the port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ServeError(f"Port {port} on {host} is in use by another program: {error.strerror}.") from error
    return listening
