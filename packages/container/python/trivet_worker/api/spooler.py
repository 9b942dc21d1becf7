"""A spooler: a process that has loaded the application and works on the tasks of one folder.

`uwsgi.spooler` is called with each task that is due. SPOOL_OK removes it; SPOOL_RETRY, and an error, leave it for a
later turn; SPOOL_IGNORE leaves it for another spooler. A task is locked while it is worked on, so that several
processes share a folder, and the lock of one that dies is gone with it.
"""

import fcntl
import os
import sys
import threading
import time
import traceback
from typing import Any, Callable

from .context import Context
from .spool import IGNORE, OK, RETRY, as_dictionary
from .spool_file import BrokenTask, decode, scan


class Spooler:
    """`function`: gives `uwsgi.spooler` as it is now."""

    def __init__(self, context: Context, folder: str, function: Callable[[], Any]) -> None:
        self._context = context
        self._folder = folder
        self._function = function
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._done = 0

    def wake(self) -> None:
        """There is a new task."""
        self._woken.set()

    def stop(self) -> None:
        """Ends after the task at hand."""
        self._stop.set()
        self._woken.set()

    def run(self) -> None:
        shared = self._context.shared
        limit = shared.get("spoolerMaxTasks", 0)
        while not self._stop.is_set():
            self._woken.clear()
            self._context.posts.run()
            for path in scan(self._folder):
                if self._stop.is_set() or (limit and self._done >= limit):
                    break
                self.attempt(path)
            if limit and self._done >= limit:
                return
            self._woken.wait(shared.get("spoolerFrequency", 30))

    def attempt(self, path: str) -> None:
        """Works on one task, if it is due and nobody else does."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return
        with open(fd, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if os.fstat(fd).st_mtime > time.time() or not os.path.exists(path):
                return
            try:
                task = as_dictionary(path, decode(file.read()))
            except BrokenTask as error:
                self._say(f"{path} is no task: {error}; it is set aside")
                os.rename(path, os.path.join(os.path.dirname(path), f".broken.{os.path.basename(path)}"))
                return
            if self._call(path, task) == OK:
                os.unlink(path)
                self._done += 1

    def _call(self, path: str, task: Any) -> int:
        function = self._function()
        if function is None:
            self._say(f"{path} waits: the application has set no `uwsgi.spooler`")
            return IGNORE
        guard = self._guard(path)
        try:
            result = function(task)
        except Exception:
            traceback.print_exc()
            return RETRY
        finally:
            if guard is not None:
                guard.cancel()
        if result in (OK, RETRY, IGNORE) and not isinstance(result, bool):
            return int(result)
        self._say(f"{path}: the spooler returned {result!r:.80}, which is neither SPOOL_OK, SPOOL_RETRY nor SPOOL_IGNORE; it is tried again")
        return RETRY

    def _guard(self, path: str) -> "threading.Timer | None":
        seconds = self._context.shared.get("spoolerHarakiri", 0)
        if not seconds:
            return None

        def end() -> None:
            frame = sys._current_frames().get(threading.main_thread().ident or 0)
            where = "".join(traceback.format_stack(frame)) if frame is not None else ""
            self._say(f"{path}: harakiri after {seconds:g} s, stuck at\n{where}")
            os._exit(1)

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        return timer

    def _say(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
