"""Harakiri for an event loop that does not turn: something in it computes or blocks, and no timer fires any more.

A thread of its own looks at the oldest request. When that is overdue although the loop should have ended it, it writes
down where the loop is stuck, answers 504 for every request whose answer has not begun, and ends the process; the master
starts another.
"""

import os
import sys
import threading
import time
import traceback
from typing import Any, List

from ..refusal import plain_answer
from .http import HttpCall
from .server import Server, request_name

#: Seconds that the loop gets to end a request itself; the master waits for 0.17.
GRACE = 0.05
#: Seconds between two looks at least: a request that is overdue may just be ending.
PAUSE = 0.01


def watch(server: Server, seconds: float) -> threading.Thread:
    """Starts the thread; `seconds` is the time a request may take."""
    stuck = threading.get_ident()
    thread = threading.Thread(target=_watch, args=(server, seconds, stuck), name="trivet-watchdog", daemon=True)
    thread.start()
    return thread


def _watch(server: Server, seconds: float, stuck: int) -> None:
    while True:
        # A request that begins meanwhile is overdue later than this one wakes up.
        began = min([connection.began for connection, _ in _calls(server)], default=time.monotonic())
        time.sleep(max(PAUSE, began + seconds + GRACE - time.monotonic()))
        now = time.monotonic()
        overdue = [item for item in _calls(server) if now - item[0].began > seconds + GRACE and item[0].task is not None]
        if overdue:
            _end(server, overdue, seconds, stuck)


def _calls(server: Server) -> List[Any]:
    try:
        return [item for item in server.calls.items() if isinstance(item[1], HttpCall)]
    except RuntimeError:
        # It changed meanwhile: the loop turns.
        return []


def _end(server: Server, overdue: List[Any], seconds: float, stuck: int) -> None:
    frame = sys._current_frames().get(stuck)
    where = "".join(traceback.format_stack(frame)) if frame is not None else ""
    names = ", ".join(request_name(call) for _, call in overdue)
    text = f"{names}: harakiri after {seconds:g} s, and the event loop is stuck at\n{where}"
    os.write(2, text.encode("utf-8", "backslashreplace"))
    answer = plain_answer(504, "the application took too long (`harakiri`)")
    for connection, call in _calls(server):
        if not call.response.started:
            try:
                os.write(connection.fd, answer)
            except OSError:
                # The peer is gone, or its buffer is full: it sees the connection end.
                pass
    os._exit(1)
