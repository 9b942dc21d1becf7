"""What an ASGI worker shows: its record on the scoreboard and its lines in the log.

It is one core to both. Its cell holds the oldest of the requests in flight, written when the first comes and, while
there are many, every few milliseconds.
"""

import time
from typing import Any

from ..request_log import RequestLog
from .connection import Call, Connection
from .http import HttpCall
from .server import Board, Server

#: Seconds for which figures may be old while requests come without end.
INTERVAL = 0.005


class WorkerBoard(Board):
    """One core of the scoreboard's, and of the log's."""

    index = 0

    def __init__(self, worker: Any, log: "RequestLog | None", complain: Any) -> None:
        self.worker_id = worker.slot + 1
        self.requests = 0
        self.exceptions = 0
        self.sent = 0
        self.running = 0.0
        #: The record at hand, for the log: when its call began.
        self.started = 0.0
        self.log_variables: "dict[str, str]" = {}
        self.server: "Server | None" = None
        self._scoreboard = worker.scoreboard
        self._harakiri = worker.settings.harakiri
        self._log = log
        self._complain = complain
        self._published = 0.0
        self._shown: "Connection | None" = None
        self._scheduled = False

    @property
    def service(self) -> Any:
        return self._serving.service

    @property
    def in_flight(self) -> int:
        return len(self._serving.calls)

    @property
    def connections(self) -> int:
        return len(self._serving.connections)

    @property
    def _serving(self) -> Server:
        assert self.server is not None
        return self.server

    def began(self, connection: Connection, call: Call) -> None:
        if self._shown is None:
            self._show()

    def ended(self, connection: Connection, call: Call, took: float) -> None:
        self.requests += 1
        self.running += took
        self.sent += call.response.head_size + call.response.sent
        if self._log is not None and connection.packet_of_log is not None:
            self.started = connection.began
            self._log.add(self, connection.packet_of_log, connection.packet_of_log.vars, call.response)
        if connection is self._shown and time.monotonic() - self._published > INTERVAL:
            self._show()
        elif not self._scheduled:
            self._scheduled = True
            self._serving.loop.call_later(INTERVAL, self._rest)
        if self._log is not None:
            self._serving.loop.call_soon(self._log.flush)

    def failed(self, text: str, counts: bool = True) -> None:
        if counts:
            self.exceptions += 1
        self._complain(text.rstrip("\n"))

    def harakiri(self) -> None:
        self._scoreboard.harakiris += 1

    def _rest(self) -> None:
        self._scheduled = False
        self._show()

    def _show(self) -> None:
        """The oldest request in flight, or none; and the figures."""
        oldest = next(iter(self._serving.calls.items()), None)
        self._published = time.monotonic()
        if oldest is None:
            self._shown = None
            self._scoreboard.end(self)
            return
        connection, call = oldest
        if connection is not self._shown:
            self._shown = connection
            began = time.time() - (self._published - connection.began)
            text = f"{call.scope.get('method', 'GET')} ".encode() + call.scope["raw_path"]
            deadline = began + self._harakiri if self._harakiri and isinstance(call, HttpCall) else 0.0
            self._scoreboard.begin(self.index, began, self.requests, deadline, text)
        else:
            self._scoreboard.publish()
