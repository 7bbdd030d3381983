"""How a running job learns that it should end. Signals are `processes.py`'s."""

from __future__ import annotations

import time


class Stop:
    """Set from a signal handler; a round ends at its next page, with everything so far saved.

    A plain flag and short sleeps: a `threading.Event` set from a handler can meet its own lock held by the very
    thread that the signal interrupted, and then neither goes on.
    """

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        self._set = True

    def __bool__(self) -> bool:
        return self._set

    def wait(self, seconds: float) -> bool:
        """Sleep so long, or until it is set; whether it is."""
        deadline = time.monotonic() + seconds
        while not self._set and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self._set
