"""Work for the main thread, posted from any other: done between two requests, not in the middle of one."""

import os
import traceback
from collections import deque
from typing import Any, Callable, Deque

#: What waits; a main thread that is stuck must not make the process grow.
LIMIT = 1000


class Posts:
    """A descriptor that can be read when there is work; whoever polls it calls `run`."""

    def __init__(self) -> None:
        self._queue: Deque[Callable[[], Any]] = deque()
        self._pid = 0
        self._woken = self._wake = -1

    def fileno(self) -> int:
        self._open()
        return self._woken

    def _open(self) -> None:
        """A pipe of this process's own: one that was the parent's would wake its other children."""
        if self._pid == os.getpid():
            return
        if self._pid:
            os.close(self._woken)
            os.close(self._wake)
        self._pid = os.getpid()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def add(self, work: Callable[[], Any]) -> bool:
        """False when too much waits already."""
        if len(self._queue) >= LIMIT:
            return False
        self._queue.append(work)
        self._open()
        try:
            os.write(self._wake, b"x")
        except BlockingIOError:
            # The pipe is full of earlier wakes.
            pass
        return True

    def run(self) -> None:
        """Does what waits; an error is told and ends nothing."""
        self._open()
        try:
            os.read(self._woken, 4096)
        except BlockingIOError:
            pass
        while self._queue:
            work = self._queue.popleft()
            try:
                work()
            except Exception:
                traceback.print_exc()
