"""Signals between the processes of a container, and what raises them: timers, cron rules, watched files.

A handler runs in the main thread between two requests, as in uWSGI; in an ASGI worker on the event loop, where it may
be a coroutine function.
"""

import asyncio
import inspect
import os
import threading
from collections import deque
from typing import Any, Callable, Deque, Dict, Optional, Tuple

from .context import Context, here, to_bytes, to_text

#: Signals that wait for the main thread; a thread that is stuck must not make the process grow.
LIMIT = 1000


class Signals:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._handlers: Dict[int, Callable[[int], Any]] = {}
        #: Signals that have come and not been handled, by the main thread or by whoever is in `signal_wait`.
        self._pending: Deque[int] = deque()
        self._arrived = threading.Condition()
        #: The last one that `signal_wait` handled, and for which request.
        self._received: Tuple[Any, int] = (None, 0)
        self._forked = False

    def functions(self) -> Dict[str, Callable[..., Any]]:
        call = self._context.client.call

        def raising(name: str) -> Callable[..., None]:
            def act(number: int, *args: Any) -> None:
                call(name, number, *args)

            return act

        def add_file_monitor(number: int, path: Any) -> None:
            call("add_file_monitor", number, os.path.abspath(to_bytes(path, "the path")))

        def send(number: int, remote: Any = None) -> None:
            if remote is not None:
                raise ValueError("a signal can only be sent within the container")
            call("signal", number)

        return {
            "register_signal": self.register,
            "signal": send,
            "signal_registered": lambda number: True if number in self._handlers or call("signal_registered", number) else None,
            "signal_wait": self.wait,
            "signal_received": self.received,
            "add_timer": raising("add_timer"),
            "add_ms_timer": lambda number, milliseconds: call("add_timer", number, milliseconds / 1000) and None,
            "add_rb_timer": raising("add_timer"),
            "add_cron": lambda number, minute, hour, day, month, week: call(
                "add_cron", number, minute, hour, day, month, week
            ),
            "add_file_monitor": add_file_monitor,
        }

    def register(self, number: int, target: Any, handler: Callable[[int], Any]) -> None:
        self._context.client.call("register_signal", number, to_text(target, "the target"))
        self._handlers[number] = handler
        if self._forked:
            self._context.client.listen(self.take)

    def forked(self) -> None:
        """The process works from now on; one without handlers has nothing to listen for."""
        self._forked = True
        if self._handlers:
            self._context.client.listen(self.take)

    def take(self, event: Any) -> None:
        """In the listening thread: a signal has come."""
        number = event.get("signal") if isinstance(event, dict) else None
        if not isinstance(number, int):
            return
        with self._arrived:
            if len(self._pending) >= LIMIT:
                return
            self._pending.append(number)
            self._arrived.notify()
        self._context.posts.add(self._run_pending)

    def _run_pending(self) -> None:
        """In the main thread, between two requests."""
        while True:
            with self._arrived:
                if not self._pending:
                    return
                number = self._pending.popleft()
            self.run(number)

    def run(self, number: int) -> None:
        handler = self._handlers.get(number)
        if handler is None:
            return
        result = handler(number)
        if inspect.isawaitable(result):
            asyncio.ensure_future(result)

    def wait(self, wanted: Optional[int] = None) -> bytes:
        """Blocks until a signal comes (this one, if one is named), and runs its handler in this thread."""
        self._context.client.listen(self.take)
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._pending)
                number = self._pending.popleft()
            self.run(number)
            self._received = (_request(), number)
            if wanted is None or number == wanted:
                return b""

    def received(self) -> int:
        """What this request has waited for last; 0 as in uWSGI when it has not waited."""
        request, number = self._received
        return number if request == _request() else 0


def _request() -> Any:
    """Tells the requests of a process apart."""
    core = getattr(here, "core", None)
    return None if core is None else (core.index, core.requests)
