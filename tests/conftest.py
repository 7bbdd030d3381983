"""What every test may count on: no network but loopback, and a clear word where something is not installed.

Tests that need a real browser or a real server are marked `browser` and `realserver`. Where it is not installed they
are skipped with the reason; in CI (`CI=true`) nothing is skipped in silence, and they fail instead.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples each time: whoever changed nothing must not meet a new failure. Look for new ones with
# `pytest --hypothesis-profile=search`, and keep what it finds as a test.
settings.register_profile("steady", derandomize=True)
settings.register_profile("search", print_blob=True)
settings.load_profile("steady")

LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "::", ""}


@cache
def missing_for_browser() -> str:
    """What a browser test lacks on this machine, in words; empty when it has all."""
    if not shutil.which("chromium"):
        return "Chromium is not installed (Debian: apt-get install chromium)"
    if not (Path(__file__).parent / "browser" / "node_modules" / "axe-core").is_dir():
        return "axe-core is not installed (cd tests/browser && npm ci)"
    return ""


@cache
def missing_for_realserver() -> str:
    """What a test against WordPress lacks on this machine, in words; empty when it has all."""
    packages = "wordpress wordpress-theme-twentytwentyone mariadb-server php-{cli,mysql,xml,mbstring,curl}"
    for what, there in (
        ("PHP", shutil.which("php")),
        ("MariaDB", shutil.which("mariadbd")),
        ("WordPress", Path("/usr/share/wordpress/wp-load.php").exists()),
    ):
        if not there:
            return f"{what} is not installed (Debian: apt-get install {packages})"
    return ""


NEEDS: dict[str, Callable[[], str]] = {"browser": missing_for_browser, "realserver": missing_for_realserver}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running, and in its thread no other can run after it."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are only numbered: packed ones hold the time, and side by side every process must name its tests alike."""
    return "bytes" if isinstance(val, bytes) else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, missing in NEEDS.items():
        if item.get_closest_marker(mark) and missing():
            if os.environ.get("CI") == "true":
                pytest.fail(f"in CI nothing is skipped: {missing()}", pytrace=False)
            pytest.skip(missing())


@pytest.fixture(scope="session")
def demonstration_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole demonstration archive, made once a run (some ten seconds). Look at it; copy it before you change it."""
    from collector import demonstration

    path = tmp_path_factory.mktemp("demonstration") / "demonstration.db"
    demonstration.make(path)
    return path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that tries to leave this machine fails, with the address in the message."""
    real_connect, real_lookup = socket.socket.connect, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address!r}: tests use loopback only")
        real_connect(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not is_loopback(name) and not is_address(name):
            raise socket.gaierror(socket.EAI_NONAME, f"tests look nobody up: {name}")
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


def is_loopback(host: str) -> bool:
    """Whether a name or address stays on this machine."""
    return host in LOOPBACK or host.startswith("127.") or host.endswith(".localhost")


def is_address(host: str) -> bool:
    """Whether it is a numeric address, which needs no looking up."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except OSError:
            continue
        return True
    return False
