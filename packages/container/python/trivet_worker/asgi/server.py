"""The ASGI server of one worker: connections, calls, their number, their time, and the end of all of it.

Calls run as tasks, many at once, up to `concurrency`; those beyond wait in their connections, first come first served,
and then nobody new is accepted: the other workers take him. The load is what the keep-alive's `capacity` tells clients.
"""

import asyncio
import os
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, Set

from ..keepalive import DEPTH, UNREAD_BODY, Acknowledgement, ServiceTime
from ..packet import Packet, PacketReader
from ..refusal import Refused
from ..websocket.frames import RESTARTS, SERVICE_RESTART
from ..websocket.handshake import HandshakeError, check_handshake, wants_websocket
from ..wsgi.environ import make_environ
from .connection import Call, Connection
from .deadlines import check
from .http import HttpCall
from .recognise import Application
from .scope import make_scope, make_websocket_scope
from .settings import AsgiSettings
from .websocket import WebSocketCall

_base = {"wsgi.url_scheme": "http"}


class Board:
    """Told what happens, for the scoreboard and the log; this one keeps nothing."""

    def began(self, connection: Connection, call: Call) -> None: ...

    def ended(self, connection: Connection, call: Call, took: float) -> None: ...

    def failed(self, text: str, counts: bool = True) -> None: ...

    def harakiri(self) -> None: ...


class Server:
    """Serves `application` on listening sockets, within a running loop."""

    def __init__(
        self,
        application: Application,
        settings: AsgiSettings,
        board: Board,
        complain: Callable[[str], None],
        state: Optional[Dict[str, Any]] = None,
    ) -> None:
        self.application = application
        self.settings = settings
        self.board = board
        self.loop = asyncio.get_running_loop()
        self.reader = PacketReader(settings.buffer_size, settings.max_vars, settings.max_body)
        self.connections: Set[Connection] = set()
        #: Calls that run, in the order in which they began.
        self.calls: Dict[Connection, Call] = {}
        self.draining = False
        self.drain_began = 0.0
        self.paused = False
        self._complain = complain
        self._state = state if state is not None else {}
        self._queue: Deque[Connection] = deque()
        self._listeners: List[Any] = []
        self._accepting = False
        self.service = ServiceTime()
        self._acknowledgement = Acknowledgement(settings.processes * settings.concurrency)
        self._drained = asyncio.Event()
        self._sweeper: Optional[asyncio.TimerHandle] = None

    # Listening.

    def listen(self, listeners: List[Any]) -> None:
        self._listeners = list(listeners)
        self._accept_more(True)
        self._sweep()

    def _accept_more(self, wanted: bool) -> None:
        if wanted == self._accepting:
            return
        self._accepting = wanted
        for listener in self._listeners:
            if wanted:
                self.loop.add_reader(listener.fileno(), self._accept, listener)
            else:
                self.loop.remove_reader(listener.fileno())

    def _accept(self, listener: Any) -> None:
        """One connection a turn: the other workers are to have some too."""
        try:
            accepted, _ = listener.accept()
        except OSError:
            # Another worker was faster, or the peer is gone already.
            return
        accepted.setblocking(False)
        self.loop.create_task(self._adopt(accepted))

    async def _adopt(self, accepted: Any) -> None:
        try:
            await self.loop.connect_accepted_socket(lambda: Connection(self), accepted)
        except OSError:
            accepted.close()

    # Calls.

    def admit(self, connection: Connection) -> None:
        """A request is here: it runs now, or when there is room."""
        if self.paused or len(self.calls) >= self.settings.concurrency:
            self._queue.append(connection)
            self._accept_more(False)
        else:
            connection.start()

    def make_call(self, connection: Connection, packet: Packet) -> Call:
        """The call for a packet; raises Refused."""
        vars = make_environ(packet, _base)
        chunks = packet.nonce is not None
        if not wants_websocket(vars) or packet.length:
            return HttpCall(connection, make_scope(vars, self._state, chunks), packet.length, chunks)
        try:
            key = check_handshake(vars)
        except HandshakeError as error:
            raise Refused("bad-upgrade", str(error)) from None
        scope = make_websocket_scope(vars, self._state)
        return WebSocketCall(connection, scope, key, self.settings.websocket_max_size, chunks)

    def run(self, connection: Connection, call: Call) -> "asyncio.Task[None]":
        self.calls[connection] = call
        self.board.began(connection, call)
        return self.loop.create_task(self._run(connection, call))

    async def _run(self, connection: Connection, call: Call) -> None:
        fault = None
        timer = None
        if self.settings.harakiri and isinstance(call, HttpCall):
            timer = self.loop.call_later(self.settings.harakiri, self._expire, connection, call)
        try:
            fault = await call.run(self.application)
        except asyncio.CancelledError:
            # By harakiri, which has answered; or by the application, of itself.
            if connection.state == "calling":
                fault = "the application cancelled its own task"
        finally:
            if timer is not None:
                timer.cancel()
            self._ended(connection, call, fault)

    def _ended(self, connection: Connection, call: Call, fault: Optional[str]) -> None:
        took = time.monotonic() - connection.began
        del self.calls[connection]
        if isinstance(call, HttpCall):
            self.service.add(took)
        if fault is not None:
            self.board.failed(f"{request_name(call)}: {fault}")
        connection.finished(fault)
        self.board.ended(connection, call, took)
        self._go_on()

    def _go_on(self) -> None:
        """There may be room for those that wait."""
        if self.paused:
            return
        while self._queue and len(self.calls) < self.settings.concurrency:
            self._start_next(self._queue.popleft())
        if not self._queue and not self.draining:
            self._accept_more(True)

    def _start_next(self, connection: Connection) -> None:
        if connection.state != "queued":
            return
        try:
            connection.start()
        except Refused as refused:
            connection.refuse(refused)

    def _expire(self, connection: Connection, call: Call) -> None:
        """Harakiri of one request: the log says where it was stuck."""
        if connection.call is not call or connection.task is None:
            return
        where = "".join(f"  {line}\n" for line in stack_of(connection.task))
        seconds = self.settings.harakiri
        self.board.harakiri()
        self.board.failed(f"{request_name(call)}: harakiri after {seconds:g} s, stuck at\n{where}")
        connection.expire()

    # What connections ask.

    def acknowledgement(self, packet: Packet, unread: int) -> str:
        if packet.nonce is None or self.draining or unread > UNREAD_BODY:
            return ""
        return self._acknowledgement.line(packet.nonce, min(DEPTH, self.service.depth))

    def complain(self, connection: Connection, text: str) -> None:
        self._complain(f"uwsgi: {connection.name()}: {text}")

    def forget(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self._check_drained()

    def pause(self) -> None:
        """Requests that come from now on wait until `resume`."""
        self.paused = True
        self._accept_more(False)

    def resume(self) -> None:
        self.paused = False
        self._go_on()

    # The end.

    def close_websockets(self) -> None:
        """Their clients are told that the server goes, so that they come again soon."""
        for call in list(self.calls.values()):
            if isinstance(call, WebSocketCall):
                call.fail(SERVICE_RESTART, RESTARTS)

    async def drain(self, seconds: float) -> None:
        """Accepts no more, finishes what runs, and returns; what still runs after so many seconds is cut off."""
        if not self.draining:
            self.draining = True
            self.drain_began = time.monotonic()
            self._accept_more(False)
            for listener in self._listeners:
                listener.close()
            self.close_websockets()
            self.resume()
            self._sweep()
        self._check_drained()
        try:
            await asyncio.wait_for(self._drained.wait(), seconds)
        except asyncio.TimeoutError:
            for connection in list(self.connections):
                connection.destroy()
        tasks = [connection.task for connection in self.calls if connection.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1)
        if self._sweeper is not None:
            self._sweeper.cancel()

    def _check_drained(self) -> None:
        if self.draining and not self.connections and not self.calls:
            self._drained.set()

    def _sweep(self) -> None:
        """Ends what has waited too long."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._sweeper = self.loop.call_later(0.1 if self.draining else 1.0, self._sweep)
        now = time.monotonic()
        for connection in list(self.connections):
            check(connection, now, self)
        self._check_drained()


def request_name(call: Call) -> str:
    """For the log: method and path."""
    scope = call.scope
    return f"{scope.get('method', 'WebSocket')} {scope['raw_path'].decode('latin-1')}"


def stack_of(task: "asyncio.Task[None]") -> List[str]:
    """Where a task waits, innermost last, the server's own frames left out."""
    own = os.path.dirname(__file__)
    frames = []
    coroutine: Any = task.get_coro()
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None and not frame.f_code.co_filename.startswith(own):
            frames.append(f'File "{frame.f_code.co_filename}", line {frame.f_lineno}, in {frame.f_code.co_name}')
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return frames
