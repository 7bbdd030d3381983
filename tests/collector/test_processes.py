"""The supervisor: one an archive, children started again, and none left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector import processes
from collector.stop import Stop


def test_a_second_one_on_the_same_archive_is_told_so(tmp_path: Path) -> None:
    first = processes.Lock(tmp_path / "a.db")
    with pytest.raises(processes.AlreadyRunning, match="already running"):
        processes.Lock(tmp_path / "a.db")
    processes.Lock(tmp_path / "other.db").release()
    first.release()
    processes.Lock(tmp_path / "a.db").release()


def test_a_killed_one_leaves_no_lock_behind(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from collector.processes import Lock; lock = Lock(pathlib.Path(sys.argv[1])); "
            "print('held', flush=True); sys.stdin.read()",
            str(tmp_path / "a.db"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(processes.AlreadyRunning):
        processes.Lock(tmp_path / "a.db")
    holder.kill()
    holder.wait(10)
    processes.Lock(tmp_path / "a.db").release()


def test_a_taken_port_gives_the_next_one() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert processes.free_port("127.0.0.1", port) > port


CHILD = """
import os, sys, threading
from collector.processes import stop_when_parent_ends
from pathlib import Path
marks = Path(sys.argv[1])
(marks / str(os.getpid())).write_text("started")
ended = threading.Event()
stop_when_parent_ends(ended.set)
ended.wait(30)
(marks / str(os.getpid())).write_text("ended in order")
"""


def wait_until(true: object, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def test_children_end_in_order_when_asked(tmp_path: Path) -> None:
    stop = Stop()
    child = processes.Child("child", ["-c", CHILD, str(tmp_path)])

    def when_started() -> None:
        wait_until(lambda: list(tmp_path.iterdir()))
        stop.set()

    processes.supervise([child], stop, lambda text: None, on_start=when_started)
    assert [mark.read_text() for mark in tmp_path.iterdir()] == ["ended in order"]


def test_a_child_that_dies_is_started_again_and_said(tmp_path: Path) -> None:
    stop = Stop()
    said: list[str] = []
    child = processes.Child("collector", ["-c", CHILD, str(tmp_path)])

    def say(text: str) -> None:
        said.append(text)

    def kill_the_first() -> None:
        wait_until(lambda: list(tmp_path.iterdir()))
        assert child.process is not None
        child.process.kill()
        import threading

        def until_the_second() -> None:
            wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
            stop.set()

        threading.Thread(target=until_the_second).start()

    processes.supervise([child], stop, say, on_start=kill_the_first)
    assert said == ["The collector ended unexpectedly and is started again."]


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_children_of_a_killed_supervisor_end_too(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from collector.processes import Child, supervise; from collector.stop import Stop; "
            f"supervise([Child('child', ['-c', {CHILD!r}, sys.argv[1]])], Stop(), print, on_start=lambda: None)",
            str(tmp_path),
        ]
    )
    wait_until(lambda: list(tmp_path.iterdir()))
    (mark,) = tmp_path.iterdir()
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait(10)
    wait_until(lambda: mark.read_text() == "ended in order")
