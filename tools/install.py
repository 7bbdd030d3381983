"""Sets up .venv for the Makefile: the locked libraries, checked by their hashes, and the project itself.

`install.py run` installs what running needs, `install.py dev` what testing and checking need as well. It does nothing
when nothing has changed since, and two at once wait for each other. Only the standard library; nothing of the project
itself lives here. Who has no checkout needs none of this: `pipx install` and `uv tool install` do it their own way.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}


def main(what: str) -> int:
    """Install `what` ("run" or "dev") unless it is there; the exit code for the shell."""
    missing = unsuitable()
    if missing:
        print(missing, file=sys.stderr)
        return 2
    VENV.mkdir(exist_ok=True)
    with alone():
        return install(what)


def unsuitable() -> str:
    """Why this Python cannot run coproweek, in words; empty when it can."""
    if sqlite3.sqlite_version_info < (3, 37):
        return (
            f"The SQLite inside {sys.executable} is {sqlite3.sqlite_version}; coproweek needs 3.37 or newer.\n"
            "Try another Python: make run PYTHON=/path/to/python3"
        )
    return ""


def install(what: str) -> int:
    """What `main` does, alone in .venv."""
    wanted = state(what)
    stamp = VENV / f".installed-{what}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and works():
        return 0
    if not works():
        print("Making .venv …", flush=True)
        try:
            venv.EnvBuilder(with_pip=True, clear=False).create(VENV)
        except (subprocess.CalledProcessError, OSError) as error:
            print(
                f"{sys.executable} cannot make a virtual environment: {error}\n"
                "On Debian and Ubuntu this needs one more package: sudo apt-get install python3-venv",
                file=sys.stderr,
            )
            return 2
    print(f"Installing the libraries in {LOCKS[what]}; the first time takes a minute or two …", flush=True)
    for arguments in (
        ["--require-hashes", "-r", LOCKS[what]],
        # --no-build-isolation: what builds the project is in the lock as well.
        ["--no-deps", "--no-build-isolation", "-e", "."],
    ):
        done = subprocess.run([python(), "-m", "pip", "install", "--quiet", *arguments], cwd=ROOT, check=False)
        if done.returncode:
            print("The libraries could not be installed: see above. Nothing was started.", file=sys.stderr)
            return 2
    stamp.write_text(wanted, encoding="utf-8")
    if what == "dev":  # which holds everything that running needs
        (VENV / ".installed-run").write_text(state("run"), encoding="utf-8")
    return 0


def state(what: str) -> str:
    """Changes when `what` has to be installed again."""
    digest = hashlib.sha256()
    for name in (LOCKS[what], "pyproject.toml", "tools/install.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def python() -> str:
    """The Python inside .venv."""
    return str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def works() -> bool:
    """Whether .venv has a Python that starts and is recent enough: a moved checkout or an upgraded system breaks it."""
    try:
        check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        return subprocess.run([python(), "-c", check], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def alone() -> Iterator[None]:
    """One installation at a time, however it ends: the system lets go of the lock with the process."""
    with (VENV / ".lock").open("a") as lock:
        try:
            import fcntl
        except ImportError:  # Windows, where make is rare and two at once rarer
            yield
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
