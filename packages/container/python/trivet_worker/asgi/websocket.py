"""One WebSocket: the handshake, then messages both ways (ASGI's websocket, RFC 6455).

    connecting --accept--> open --close, either side--> closed
        |                   |
        +-- close: 403      +-- a broken rule, no pong: closed with the code that says so
        +-- http response (extension `websocket.http.response`)

Messages that wait for `receive` are bounded: reading from the client stops while there are many, or much.
"""

import asyncio
from collections import deque
from typing import Any, Deque, Dict, Optional, Protocol

from ..websocket.frames import BINARY, PING, PONG, TEXT, WebSocketError, encode_close, encode_frame
from ..websocket.handshake import handshake_head
from ..websocket.messages import Close, Event, Message as Data, MessageReader, Ping
from .errors import ClientGone, ContractError
from .headers import field_lines
from .http import Line, own_traceback
from .recognise import Application, Message
from .response import Response
from .waiters import Waiters

#: Messages, and bytes of them, that wait for `receive` before reading stops.
WAITING_MESSAGES = 32
WAITING_BYTES = 65536
#: Seconds that the peer has to answer a close, before the connection is closed all the same.
CLOSE_TIMEOUT = 5.0
#: Close codes: an error, a peer that vanished (never sent).
INTERNAL_ERROR = 1011
ABNORMAL = 1006


class SocketLine(Line, Protocol):
    """What a WebSocket needs of its connection."""

    def switched(self) -> None:
        """From here on the bytes are the WebSocket's."""
        ...

    def close_later(self, seconds: float) -> None: ...


class WebSocketCall:
    """`limit`: bytes of a message."""

    def __init__(self, line: SocketLine, scope: Dict[str, Any], key: str, limit: int, chunks: bool) -> None:
        self.scope = scope
        #: The answer that is no WebSocket; for the log, also the one that is.
        self.response = Response(line, chunks, False)
        self._line = line
        self._key = key
        self._limit = limit
        self._reader = MessageReader(limit)
        self._waiters = Waiters()
        self._queue: Deque[Message] = deque([{"type": "websocket.connect"}])
        self._waiting = 0
        self._paused = False
        self.state = "connecting"
        #: What `receive` says at the end.
        self._end: Optional[Message] = None
        self.unanswered_pings = 0

    @property
    def gone(self) -> bool:
        return self.state == "closed"

    # What the connection says.

    def feed(self, data: bytes) -> None:
        """Bytes of the client's, after the handshake."""
        self.unanswered_pings = 0
        try:
            for event in self._reader.feed(data):
                self._take(event)
        except WebSocketError as error:
            self.fail(error.code, str(error))

    def _take(self, event: Event) -> None:
        if isinstance(event, Ping):
            if self.state == "open":
                self._line.write(encode_frame(PONG, event.payload))
        elif isinstance(event, Close):
            if self.state == "open":
                self._line.write(encode_close(event.code))
                self._closed(event.code, event.reason)
            self._line.close_later(0)
        elif isinstance(event, Data) and self.state == "open":
            text = isinstance(event.data, str)
            self._queue.append({"type": "websocket.receive", "text" if text else "bytes": event.data})
            self._waiting += len(event.data)
            self._regulate()
            self._waiters.wake()

    def fail(self, code: int, reason: str) -> None:
        """Closes from this side; the application hears of it in `receive`."""
        if self.state != "open":
            return
        self._line.write(encode_close(code, reason))
        self._closed(code, reason)
        self._line.close_later(CLOSE_TIMEOUT)

    def abandon(self) -> None:
        """The client is gone without a word."""
        if self.state in ("open", "connecting"):
            self._closed(ABNORMAL, "")

    def ping(self) -> int:
        """Asks whether the client is there; how many questions it has not answered."""
        if self.state == "open":
            self._line.write(encode_frame(PING, b""))
            self.unanswered_pings += 1
        return self.unanswered_pings

    def _closed(self, code: int, reason: str) -> None:
        self.state = "closed"
        self._end = {"type": "websocket.disconnect", "code": code, "reason": reason}
        self._waiters.wake()

    def _regulate(self) -> None:
        paused = len(self._queue) > WAITING_MESSAGES or self._waiting > WAITING_BYTES
        if paused != self._paused:
            self._paused = paused
            self._line.pause_body(paused)

    # What the application calls.

    async def receive(self) -> Message:
        while True:
            if self._queue:
                message = self._queue.popleft()
                self._waiting -= len(message.get("text") or message.get("bytes") or b"")
                self._regulate()
                return message
            if self._end is not None:
                return self._end
            await self._waiters.wait()

    async def send(self, message: Message) -> None:
        kind = message.get("type")
        if self.state == "closed":
            raise ClientGone()
        step = _steps.get((self.state, kind))
        if step is None:
            raise ContractError(f"`{kind}` may not be sent while the connection is {self.state}")
        step(self, message)
        await self._line.writable()

    def _accept(self, message: Message) -> None:
        protocol = message.get("subprotocol")
        if protocol is not None and protocol not in self.scope["subprotocols"]:
            raise ContractError(f"the subprotocol {protocol!r:.80} is none that the client offers")
        fields, _ = field_lines(message.get("headers", ()))
        head = handshake_head(self._key, protocol).encode("latin-1") + fields + b"\r\n"
        self.response.status = "101 Switching Protocols"
        self.response.state = "complete"
        self.response.head_size = len(head)
        self._line.write(head)
        self.state = "open"
        self._line.switched()

    def _send(self, message: Message) -> None:
        text, data = message.get("text"), message.get("bytes")
        if (text is None) == (data is None):
            raise ContractError("`websocket.send` takes either `text` or `bytes`")
        if not isinstance(text if data is None else data, str if data is None else (bytes, bytearray, memoryview)):
            raise ContractError("`websocket.send`: `text` must be a str, `bytes` bytes")
        frame = encode_frame(BINARY, bytes(data)) if text is None else encode_frame(TEXT, text.encode())
        self.response.sent += len(frame)
        self._line.write(frame)

    def _close(self, message: Message) -> None:
        code = message.get("code", 1000)
        self._line.write(encode_close(1000 if code is None else code, message.get("reason") or ""))
        self._closed(code, message.get("reason") or "")
        self._line.close_later(CLOSE_TIMEOUT)

    def _refuse(self, _message: Message) -> None:
        self.response.take({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        self.response.take({"type": "http.response.body"})
        self._closed(ABNORMAL, "")

    def _respond(self, message: Message) -> None:
        """An answer of its own instead of a WebSocket."""
        self.response.take({**message, "type": str(message["type"])[len("websocket.") :]})
        self.state = "answering"
        if self.response.complete:
            self._closed(ABNORMAL, "")

    async def run(self, application: Application) -> Optional[str]:
        """Calls the application; what went wrong, in words for the log, or None. Raises CancelledError."""
        fault = None
        try:
            await application(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            raise
        except ContractError as error:
            fault = str(error)
        except BaseException as error:
            if self.gone and isinstance(error, OSError):
                return None
            fault = own_traceback(error)
        if fault is not None:
            self.fail(INTERNAL_ERROR, "")
        elif self.state == "open":
            self.fail(1000, "")
        elif self.state in ("connecting", "answering"):
            fault = "the application returned before it accepted or refused the connection"
        return fault


_steps = {
    ("connecting", "websocket.accept"): WebSocketCall._accept,
    ("connecting", "websocket.close"): WebSocketCall._refuse,
    ("connecting", "websocket.http.response.start"): WebSocketCall._respond,
    ("answering", "websocket.http.response.body"): WebSocketCall._respond,
    ("open", "websocket.send"): WebSocketCall._send,
    ("open", "websocket.close"): WebSocketCall._close,
}
