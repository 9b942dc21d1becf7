"""Signals between the processes of a container, and what raises them: timers, cron rules, watched files.

A handler runs in the main thread between two requests, as in uWSGI; in an ASGI worker on the event loop, where it may
be a coroutine function.
"""

import asyncio
import inspect
import os
import threading
from typing import Any, Callable, Dict, Optional

from .context import Context, to_bytes, to_text


class Signals:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._handlers: Dict[int, Callable[[int], Any]] = {}
        self._arrived = threading.Condition()
        self._count = 0
        self._last: Optional[int] = None
        #: Somebody in `signal_wait` takes the signals himself.
        self._waiting = 0
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
            "signal_received": lambda: -1 if self._last is None else self._last,
            "add_timer": raising("add_timer"),
            "add_ms_timer": lambda number, milliseconds: call("add_timer", number, milliseconds / 1000) and None,
            "add_rb_timer": raising("add_timer"),
            "add_cron": raising("add_cron"),
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
            self._count += 1
            self._last = number
            self._arrived.notify_all()
            if self._waiting:
                return
        self._context.posts.add(lambda: self.run(number))

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
                self._waiting += 1
                try:
                    before = self._count
                    self._arrived.wait_for(lambda: self._count != before)
                    number = self._last
                finally:
                    self._waiting -= 1
            if number is not None:
                self.run(number)
                if wanted is None or number == wanted:
                    return b""
