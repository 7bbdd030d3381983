"""`coproweek up`: two processes, looked after by a third.

Collecting and drawing hold Python's lock, and pages must not wait for them, so the collector and Datasette run apart.
Either can die and is started again, a little later each time. The children end when their standard input closes, which
it does however the parent ends, also by `kill -9` and also on Windows, where there are no signals to speak of.
What the two processes do is in `schedule.py` and `dashboards/serve.py`.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from collector.stop import Stop

END_SECONDS = 4.0
LONGEST_PAUSE = 60.0
Say = Callable[[str], None]


class AlreadyRunning(Exception):
    """Another `coproweek up` holds this archive."""


class Lock:
    """One `coproweek up` an archive: an exclusive transaction on a small file beside it.

    SQLite's locks end with their process, whatever ends it, on every system, so no stale lock can stay behind.
    """

    def __init__(self, archive: Path) -> None:
        path = archive.with_name(archive.name + ".up-lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._conn = sqlite3.connect(path, timeout=0.2, isolation_level=None)
        try:
            self._conn.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._conn.close()
            raise AlreadyRunning(f"coproweek is already running on {archive}") from error

    def release(self) -> None:
        self._conn.close()


def free_port(host: str, wanted: int) -> int:
    """`wanted`, or the first free one of the fifty after it."""
    for port in range(wanted, wanted + 50):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            if os.name != "nt":  # on Windows this option would let two programs share one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError(f"no port from {wanted} to {wanted + 49} is free on {host}")


def stop_on_signals(stop: Stop) -> None:
    """Ctrl-C and SIGTERM end the process in order."""

    def heard(number: int, frame: FrameType | None) -> None:
        stop.set()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), heard)


def stop_when_parent_ends(stop: Callable[[], None]) -> None:
    """In a child: `stop` is called when standard input closes."""

    def watch() -> None:
        try:
            # The raw descriptor: a buffered reader's lock would be held at exit, which Python ends with a crash.
            while os.read(0, 1):
                pass
        except OSError:
            pass
        stop()

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


class Child:
    """One supervised process."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self.arguments = list(arguments)
        self.failures = 0
        self.not_before = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, *self.arguments], stdin=subprocess.PIPE)

    def end_was_noticed(self) -> bool:
        """Whether it has ended by itself; then it may be started again after a pause that doubles each time."""
        if self.process is None or self.process.poll() is None:
            return False
        self.process = None
        self.failures += 1
        self.not_before = time.monotonic() + min(2.0 ** (self.failures - 1), LONGEST_PAUSE)
        return True

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    def end(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(children: Sequence[Child], stop: Stop, say: Say, *, on_start: Callable[[], None]) -> None:
    """Keep the children running until `stop` is set; `on_start` is called when they have been started."""
    for child in children:
        child.start()
    # Beside the watching: a page server that dies before its first page must be started again as well.
    threading.Thread(target=on_start, daemon=True, name="announce").start()
    try:
        while not stop.wait(0.2):
            for child in children:
                if child.end_was_noticed():
                    say(f"The {child.name} ended unexpectedly and is started again.")
                if child.process is None and time.monotonic() >= child.not_before:
                    child.start()
    finally:
        deadline = time.monotonic() + END_SECONDS
        for child in children:
            child.ask_to_end()
        for child in children:
            child.end(deadline)


def wait_for_page(url: str, stop: Stop, seconds: float = 60.0) -> bool:
    """Whether the pages answer within that time."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never behind the proxy
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not stop:
        try:
            with opener.open(url, timeout=10):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            stop.wait(0.2)
    return False


def open_in_browser(url: str) -> None:
    """Where a person sits at a screen. A text browser would take over the terminal, so none is started."""
    has_screen = (
        os.name == "nt" or sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if has_screen and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(url)
