"""`websocket_*` for WSGI applications: after the handshake the connection is the application's, a message at a time.

    websocket_handshake() -> websocket_recv() / websocket_send() ... -> the application returns: closed

A worker (or one of its threads) is taken for as long as the WebSocket lives, as in uWSGI; `threads` says how many.
Pings are sent while it waits, and the client's are answered.
"""

import time
import traceback
from collections import deque
from typing import Any, Callable, Deque, Dict, Optional

from ..connection import Gone
from ..websocket.frames import (
    BINARY, PING, PONG, RESTARTS, SERVICE_RESTART, TEXT, WebSocketError, encode_close, encode_frame,
)  # fmt: skip
from ..websocket.handshake import HandshakeError, check_handshake, handshake_head
from ..websocket.messages import Close, Message, MessageReader, Ping
from .context import Context, to_bytes, to_text


class Closed(OSError):
    """The WebSocket is over; an application that ends with it has done nothing wrong."""


class WebSocket:
    """One, over a connection that its core has given away."""

    def __init__(self, core: Any, settings: Dict[str, Any]) -> None:
        self._core = core
        self._connection = core.connection
        self._reader = MessageReader(settings.get("websocketMaxSize", 1 << 20))
        self._ping = settings.get("websocketPing", 30.0)
        self._pong = settings.get("websocketPong", 10.0)
        self._messages: Deque[bytes] = deque()
        self._heard = time.monotonic()
        self._asked = 0.0
        self._code = 1000
        self.open = True

    def begin(self, head: str) -> None:
        response = self._core.response
        response.status = "101 Switching Protocols"
        response.head_size = len(head)
        response.started = True
        response.kept = False
        self._connection.hold(head.encode("latin-1"))
        _, rest = self._core.held.detach(self._connection)
        if rest:
            self._take(rest)

    def receive(self, wait: bool) -> bytes:
        """The next message; b"" when none is there and nobody waits. Raises Closed."""
        while not self._messages:
            self._check()
            if not self._core.wait(self._connection.fd, self._patience() if wait else 0):
                if not wait:
                    return b""
                self._ask()
                continue
            try:
                data = self._connection.socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.open = False
            else:
                self._take(data)
        return self._messages.popleft()

    def send(self, opcode: int, payload: bytes) -> None:
        self._check()
        self._write(encode_frame(opcode, payload))

    def leave(self) -> None:
        """The server goes: the client is told to come again, the application that it is over."""
        try:
            if self.open:
                self._write(encode_close(SERVICE_RESTART, RESTARTS))
        except Closed:
            # The client is gone already.
            pass
        self.open = False

    def failed(self, error: Exception) -> None:
        """The application raised."""
        if not isinstance(error, Closed):
            self._core.failed("".join(traceback.format_exception(type(error), error, error.__traceback__)))
            self._code = 1011

    def finish(self) -> None:
        """The application has ended."""
        try:
            if self.open:
                self._write(encode_close(self._code))
        except Closed:
            # The client is gone already.
            pass
        self.open = False
        self._connection.socket.close()

    def _check(self) -> None:
        if not self.open:
            raise Closed("unable to receive websocket message: it is closed")

    def _patience(self) -> float:
        since = self._asked or self._heard
        limit = self._pong if self._asked else self._ping
        return max(0.0, since + limit - time.monotonic()) if limit else 3600.0

    def _ask(self) -> None:
        """Nothing came for a while: a ping, or the end when that is not answered."""
        if self._asked:
            self.open = False
        elif self._ping:
            self._asked = time.monotonic()
            self._write(encode_frame(PING, b""))

    def _take(self, data: bytes) -> None:
        self._heard = time.monotonic()
        self._asked = 0.0
        try:
            for event in self._reader.feed(data):
                if isinstance(event, Ping):
                    self._write(encode_frame(PONG, event.payload))
                elif isinstance(event, Close):
                    self._write(encode_close(event.code))
                    self.open = False
                elif isinstance(event, Message):
                    self._messages.append(event.data.encode() if isinstance(event.data, str) else event.data)
        except WebSocketError as error:
            self._write(encode_close(error.code, str(error)))
            self.open = False

    def _write(self, data: bytes) -> None:
        self._core.response.sent += len(data)
        try:
            self._connection.hold(data)
            self._connection.flush(self._core.send_timeout)
        except Gone as gone:
            self.open = False
            raise Closed(f"unable to send websocket message: {gone}") from None


def functions(context: Context) -> Dict[str, Callable[..., Any]]:
    def handshake(key: Any = None, origin: Any = None, protocol: Any = None) -> None:
        core = context.core()
        if core.websocket is not None or core.response.started:
            raise OSError("unable to complete websocket handshake: an answer has begun already")
        vars = core.packet.vars
        try:
            given = check_handshake(vars) if key in (None, "", b"") else to_text(key, "the key")
        except HandshakeError as error:
            raise OSError(f"unable to complete websocket handshake: {error}") from None
        chosen = to_text(protocol, "the protocol") if protocol else None
        head = handshake_head(given, chosen)
        shown = to_text(origin, "the origin") if origin else None
        if shown is not None:
            head += f"Sec-WebSocket-Origin: {shown}\r\n"
        if "\n" in (chosen or "") or "\n" in (shown or "") or "\n" in given:
            raise ValueError("a header cannot have a line end")
        core.websocket = WebSocket(core, context.settings.asgi)
        core.websocket.begin(f"{head}\r\n")

    def socket() -> WebSocket:
        found: Optional[WebSocket] = context.core().websocket
        if found is None:
            raise OSError("there is no websocket: call `websocket_handshake` first")
        return found

    def receive(request_context: Any = None) -> bytes:
        return socket().receive(True)

    def receive_nb(request_context: Any = None) -> bytes:
        return socket().receive(False)

    def send(message: Any, request_context: Any = None) -> None:
        data = to_bytes(message, "the message")
        socket().send(TEXT, data)

    def send_binary(message: Any, request_context: Any = None) -> None:
        socket().send(BINARY, to_bytes(message, "the message"))

    return {
        "websocket_handshake": handshake,
        "websocket_recv": receive,
        "websocket_recv_nb": receive_nb,
        "websocket_send": send,
        "websocket_send_binary": send_binary,
    }
