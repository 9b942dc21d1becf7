"""One connection of a peer: uwsgi packets come in, calls run one after the other, answers go out in their order.

    idle --packet--> [waiting for room] --> calling --complete, acknowledged--> idle
                                               |  \\--101--> switched (WebSocket) --> closed
                                               +--complete, not acknowledged--> lingering or closed

Pipelined requests stay in the buffer until their turn; the depth that is advertised keeps them few. A connection is
closed with an end of its sending side first where the peer may still send, since closing with unread bytes makes the
kernel reset it and the answer could be lost.
"""

import asyncio
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, Optional, Union, cast

from ..keepalive import UNREAD_BODY
from ..packet import PING, PONG, Packet
from ..refusal import Refused, plain_answer, refusal_answer
from .errors import ClientGone
from .http import HttpCall
from .waiters import Waiters
from .websocket import WebSocketCall

if TYPE_CHECKING:
    from .server import Server

Call = Union[HttpCall, WebSocketCall]

#: Bytes of pipelined requests that may wait before reading stops.
PIPELINED = 65536


class Connection(asyncio.Protocol):
    """`server` makes the calls and keeps the figures; see server.py."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._buffer = b""
        self._at = 0
        #: The request at hand, and how much of its body has not come.
        self.packet: Optional[Packet] = None
        self.call: Optional[Call] = None
        #: The one that was answered last.
        self.packet_of_log: Optional[Packet] = None
        self.task: "Optional[asyncio.Task[None]]" = None
        self.began = 0.0
        self._left = 0
        #: idle, vars, queued (for room among the calls), calling, switched, lingering, closed
        self.state = "idle"
        #: When it last made progress; and since when its peer does not read, 0 when it does.
        self.last = time.monotonic()
        self.blocked_since = 0.0
        self._held_reading = False
        self._paused: "set[str]" = set()
        self._writable = Waiters()
        self._closing: Optional[asyncio.TimerHandle] = None

    # What the loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        self.last = time.monotonic()
        if self.state == "lingering":
            return
        if self.state == "switched":
            cast(WebSocketCall, self.call).feed(data)
            return
        self._buffer = self._buffer[self._at :] + data if self._at < len(self._buffer) else data
        self._at = 0
        self.advance()

    def eof_received(self) -> bool:
        """Proxies do not half-close: nobody is left to answer to."""
        if self.state == "vars":
            self.refuse(Refused("cut-packet", "the connection ends inside a packet"))
        elif self.state == "calling" and self._left and isinstance(self.call, HttpCall) and not self.call.response.started:
            self._server.complain(self, f"the body ends {self._left} bytes short of its CONTENT_LENGTH")
        return False

    def connection_lost(self, _error: Optional[Exception]) -> None:
        self.state = "closed"
        self._server.forget(self)
        if self._closing is not None:
            self._closing.cancel()
        if self.call is not None:
            self.call.abandon()
        self.blocked_since = 0.0
        self._writable.wake()

    def pause_writing(self) -> None:
        self.blocked_since = time.monotonic()

    def resume_writing(self) -> None:
        self.blocked_since = 0.0
        self._writable.wake()

    # Packets and bodies.

    def advance(self) -> None:
        """Takes what is in the buffer, as far as it can be used now."""
        try:
            while self._step():
                pass
        except Refused as refused:
            self.refuse(refused)
        over = self.state in ("queued", "calling") and not self._left and len(self._buffer) - self._at > PIPELINED
        self._pause("pipeline", over)

    def _step(self) -> bool:
        if self.state not in ("idle", "vars"):
            return self._take_body()
        if self._left:
            # Of a body that nobody wanted, before an answer that was acknowledged.
            self._left -= len(self._take())
            if self._left:
                return False
        packet = self._server.reader.read(self._buffer, self._at)
        if packet is None:
            self.state = "idle" if self._at >= len(self._buffer) else "vars"
            return False
        self._at += 4 + packet.size
        if packet.modifier1 == PING:
            self.write(PONG)
            self.end()
            return False
        self.packet = packet
        self._left = packet.length
        self.state = "queued"
        self._server.admit(self)
        return True

    def _take_body(self) -> bool:
        if self.state != "calling" or not self._left or not isinstance(self.call, HttpCall):
            return False
        data = self._take()
        if data:
            self._left -= len(data)
            self.call.feed(data)
        return False

    def _take(self) -> bytes:
        data = self._buffer[self._at : self._at + self._left]
        self._at += len(data)
        return data

    def start(self) -> None:
        """There is room for a call: makes it. Raises Refused."""
        packet = cast(Packet, self.packet)
        self.state = "calling"
        self.began = time.monotonic()
        self.call = self._server.make_call(self, packet)
        self._take_body()
        self.task = self._server.run(self, self.call)

    def finished(self, fault: Optional[str]) -> None:
        """The call is over: `fault` says, for the log, what the application did wrong."""
        call = cast(Call, self.call)
        self.packet_of_log = self.packet
        self.task = None
        if fault is not None:
            self._failed(call)
        elif call.response.started and not call.response.complete:
            self.abort(call.response.ends_by_close())
        if self.state in ("switched", "lingering", "closed"):
            self.call = None if self.state == "closed" else self.call
            return
        self.call = self.packet = None
        self._paused.discard("body")
        if call.response.kept and self._left <= UNREAD_BODY:
            self.state = "idle"
            self.advance()
        else:
            self.end()

    def _failed(self, call: Call) -> None:
        if call.response.started:
            if not call.response.complete:
                self.abort(call.response.ends_by_close())
        elif self.state == "calling":
            call.response.status = "500 Internal Server Error"
            self.write(plain_answer(500, "the application failed; its log says why"))

    def expire(self) -> None:
        """Its call has taken too long: the client learns it, and the application is cancelled."""
        call = self.call
        if call is None or self.task is None:
            return
        if isinstance(call, HttpCall) and not call.response.started:
            call.response.status = "504 Gateway Timeout"
            self.write(plain_answer(504, "the application took too long (`harakiri`)"))
            self.end()
        elif not call.response.complete:
            self.abort(call.response.ends_by_close())
        call.abandon()
        self.task.cancel()

    # What calls ask.

    def write(self, data: bytes) -> None:
        if self.state != "closed":
            self._transport.write(data)
            self.last = time.monotonic()

    def acknowledgement(self) -> str:
        return self._server.acknowledgement(cast(Packet, self.packet), self._left)

    def pause_body(self, paused: bool) -> None:
        self._pause("body", paused)

    async def writable(self) -> None:
        while self.blocked_since:
            await self._writable.wait()
        if self.state == "closed":
            raise ClientGone()

    def switched(self) -> None:
        self.state = "switched"
        rest = self._buffer[self._at :]
        self._buffer = b""
        self._at = 0
        if rest:
            # Behind the application's back: it has not returned from `send` yet.
            self._server.loop.call_soon(cast(WebSocketCall, self.call).feed, rest)

    def close_later(self, seconds: float) -> None:
        """Closes; at the latest after so many seconds."""
        if self._closing is not None:
            self._closing.cancel()
        if seconds <= 0:
            self._transport.close()
        else:
            self._closing = self._server.loop.call_later(seconds, self._transport.close)

    # Ends.

    def refuse(self, refused: Refused) -> None:
        """Answers a broken rule with the rule."""
        self._server.complain(self, f"remote broke a rule [{refused.code}]: {refused}; answered {refused.status}")
        self.write(refusal_answer(refused))
        self.end()

    def end(self) -> None:
        """After the last answer."""
        unread = self._left or self._at < len(self._buffer)
        self._buffer = b""
        self._at = 0
        if not unread:
            self.state = "lingering"
            self._transport.close()
            return
        self.state = "lingering"
        self.last = time.monotonic()
        self._paused.clear()
        self._pause("", False)
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def abort(self, reset: bool) -> None:
        """Ends inside an answer. `reset`: a mere end would look like the end of the answer."""
        raw: Any = self._transport.get_extra_info("socket")
        if reset and raw is not None and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        elif reset:
            self._transport.abort()
        else:
            self._transport.close()
        self.state = "lingering"

    def close(self) -> None:
        self._transport.close()

    def destroy(self) -> None:
        self._transport.abort()

    @property
    def fd(self) -> int:
        return cast(int, self._transport.get_extra_info("socket").fileno())

    @property
    def unsent(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self._transport.get_write_buffer_size()

    def name(self) -> str:
        peer = self._transport.get_extra_info("peername")
        return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else "unix socket"

    def _pause(self, why: str, paused: bool) -> None:
        """Stops reading while anybody wants it stopped."""
        (self._paused.add if paused else self._paused.discard)(why)
        hold = bool(self._paused)
        if hold != self._held_reading and self.state != "closed":
            self._held_reading = hold
            (self._transport.pause_reading if hold else self._transport.resume_reading)()
