"""A real WordPress for tests: started on loopback, filled for a made-up week, written to, killed, started again.

The servers themselves are `wordpress-up.sh`'s; what an editor would do in the administration is `wordpress.php`'s.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

HERE = Path(__file__).parent


class Published(NamedTuple):
    """A post as WordPress knows it."""

    id: int
    title: str
    link: str
    published: datetime
    comments: int


class WordPress:
    """A blog with 25 posts tagged for the week and 60 comments, five on each post of even number, in three feed pages.

    The posts are spread evenly over the week, which must have ended: WordPress would keep future posts to itself. By
    default it is the last whole week, Monday to Sunday in UTC. The blog's own time zone is London.
    """

    def __init__(self, week_starts: datetime | None = None, days: int = 7) -> None:
        now = datetime.now(UTC)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.week_starts = week_starts or today - timedelta(days=today.weekday() + 7)
        self.days = days
        if self.week_ends > now:
            raise ValueError(f"the week must have ended, and {self.week_ends} is to come")
        # Not pytest's own directory: a socket's path may have little more than a hundred characters.
        self.directory = Path(tempfile.mkdtemp(prefix="wordpress-"))
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            self.port: int = sock.getsockname()[1]

    @property
    def week_ends(self) -> datetime:
        return self.week_starts + timedelta(days=self.days)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def seeded(self) -> list[Published]:
        """The 25 posts that it begins with, oldest first."""
        return [_published(post) for post in json.loads((self.directory / "posts.json").read_text(encoding="utf-8"))]

    # What editors and readers do

    def publish(
        self, title: str, html: str, *, tags: tuple[str, ...] = ("co-production week",), at: datetime | None = None
    ) -> Published:
        """A new post, of now. One dated back is not noticed by conditional requests, as in every WordPress."""
        return _published(self._do("publish", title=title, html=html, tags=tags, at=_seconds(at)))

    def edit(self, post: int, *, title: str | None = None, html: str | None = None) -> Published:
        return _published(self._do("edit", id=post, title=title, html=html))

    def comment(self, post: int, text: str, *, author: str = "Made-up reader", at: datetime | None = None) -> int:
        """An approved comment, of now; gives back its number."""
        return int(self._do("comment", post=post, author=author, text=text, at=_seconds(at))["id"])

    def _do(self, action: str, **given: Any) -> Any:
        script = [str(HERE / "wordpress.php"), str(self.directory), str(self.port), action, json.dumps(given)]
        done = subprocess.run(["php", *script], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"WordPress did not {action}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return json.loads(done.stdout)

    # Its life

    def start(self) -> None:
        """Starts what is not running; the first time that takes about ten seconds."""
        script = [str(HERE / "wordpress-up.sh"), str(self.directory), str(self.port)]
        week = [str(int(self.week_starts.timestamp())), str(self.days)]
        # Into a file: a pipe would be held open by the servers, and never end.
        with (self.directory / "up.log").open("w+", encoding="utf-8") as log:
            done = subprocess.run(["bash", *script, *week], stdout=log, stderr=log, timeout=180, check=False)
            if done.returncode:
                log.seek(0)
                raise RuntimeError(f"WordPress did not start: {log.read()[-4000:]}")

    def stop(self) -> None:
        """The web server dies at once, in the middle of whatever it was doing. The database stays."""
        self._kill("php.pid")

    def close(self) -> None:
        """Everything is killed, and nothing stays behind."""
        self._kill("php.pid")
        self._kill("db.pid")
        shutil.rmtree(self.directory, ignore_errors=True)

    def _kill(self, name: str) -> None:
        """Kills a server with its workers, which a signal to the server alone would leave behind."""
        file = self.directory / name
        try:
            group = int(file.read_text())
        except (OSError, ValueError):
            return
        file.unlink()
        deadline = time.monotonic() + 10
        while lives(group) and time.monotonic() < deadline:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            # They are not our children, so there is nothing to wait for but their end.
            time.sleep(0.02)

    def __enter__(self) -> WordPress:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def lives(group: int) -> bool:
    """Whether a process of this group still runs. In a container the dead may stay listed; they do not count."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self/stat").exists():
        return True
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue  # it ended meanwhile
        if int(of_group) == group and state not in "ZX":
            return True
    return False


def _published(post: dict[str, Any]) -> Published:
    return Published(**{**post, "published": datetime.fromtimestamp(post["published"], UTC)})


def _seconds(at: datetime | None) -> int:
    return int((at or datetime.now(UTC)).timestamp())
