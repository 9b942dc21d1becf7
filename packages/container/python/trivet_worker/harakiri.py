"""Harakiri: a request over its deadline is answered 504, the log says where it is stuck, and the worker makes way.

The watch's thread can do that as long as it gets to run. Code that holds the interpreter's lock (a loop in C) is ended
by faulthandler, which needs no lock: it prints where every thread is and ends the process, a moment later. What even
that cannot end, the master kills.
"""

import faulthandler
import os
import socket
import sys
import threading
import time
import traceback

from .keepalive import SLOW
from .refusal import plain_answer

#: Seconds between two windings of the clock that ends a process whose watch cannot run.
WINDING = 0.05
#: Seconds that the clock is behind, so that the watch comes first.
BEHIND = 0.02


class Harakiri:
    """A duty of the watch; `seconds` is the time a request may take."""

    def __init__(self, worker, seconds):
        self._worker = worker
        self._seconds = seconds
        self._wound = 0.0
        self._ended = []

    def __call__(self, core, took):
        now = time.monotonic()
        if now - self._wound > WINDING:
            self._wound = now
            faulthandler.dump_traceback_later(self._seconds + WINDING + BEHIND, exit=True)
        if took > self._seconds and core not in self._ended:
            self._end(core)

    def rest(self):
        """No call runs."""
        faulthandler.cancel_dump_traceback_later()
        self._wound = 0.0

    def _end(self, core):
        self._ended.append(core)
        connection, response = core.connection, core.response
        outcome = refuse(connection, response)
        worker = self._worker
        worker.scoreboard.harakiris += 1
        worker.scoreboard.forgive(core)
        worker.scoreboard.publish()
        text = f"{core.request_name()}: harakiri after {self._seconds:g} s, {outcome}; this worker is replaced\n"
        write_out(text + stacks())
        if len(worker.scoreboard.cores) > 1 and len(self._ended) == 1:
            # The other cores may finish what they have; this thread goes on to watch them.
            worker.drain()
            threading.Thread(target=leave_when_idle, args=(worker, self._ended), daemon=True).start()
        elif len(worker.scoreboard.cores) == 1:
            os._exit(1)


def leave_when_idle(worker, ended):
    while any(core.started for core in worker.scoreboard.cores if core not in ended):
        time.sleep(SLOW)
    os._exit(1)


def refuse(connection, response):
    """Answers 504 where no answer has begun; says what the client gets."""
    try:
        if response is not None and response.started:
            connection.socket.shutdown(socket.SHUT_RDWR)
            return "its answer is cut"
        if response is not None:
            response.started = True
        answer = b"".join([*connection.held, plain_answer(504, "the application took too long (`harakiri`)")])
        connection.socket.send(answer, socket.MSG_DONTWAIT)
        connection.socket.shutdown(socket.SHUT_WR)
    except OSError:
        return "its client is gone"
    return "answered 504"


def stacks():
    """Where every thread is, those of this package's own left out."""
    frames = sys._current_frames()
    parts = []
    for thread in threading.enumerate():
        frame = frames.get(thread.ident)
        if frame is None or thread.name.startswith("trivet-"):
            continue
        own = os.path.dirname(os.path.abspath(__file__))
        lines = traceback.format_list([line for line in traceback.extract_stack(frame) if not line.filename.startswith(own)])
        parts.append(f"thread {thread.name}:\n{''.join(lines) or '  between two requests' + chr(10)}")
    return "".join(parts)


def write_out(text):
    """Past Python's own files, which the stuck thread may hold."""
    data = text.encode("utf-8", "backslashreplace")
    while data:
        data = data[os.write(2, data) :]
