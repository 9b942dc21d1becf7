"""One response: ASGI's messages become an HTTP/1.1 message that ends by Content-Length, by chunks or by close.

    new --start--> started --first body--> sending --last body--> [trailers] --> complete

The head waits for the first body, so that head and body leave in one write and a body that is whole gets a length.
Chunks are for a peer whose keep-alive var says that it reads them (KEEPALIVE.md); nginx would pass them on as content.
"""

from typing import Any, Dict, Optional, Protocol, Tuple

from .errors import ContractError
from .headers import field_lines, status_line


class Peer(Protocol):
    """What a response needs of its connection."""

    def write(self, data: bytes) -> None: ...

    def acknowledgement(self) -> str:
        """The header's line, or nothing: then the connection ends with this answer."""
        ...


class Response:
    __slots__ = ("_peer", "_chunks", "_bodiless", "_head", "_chunked", "_trailers", "state", "status", "headers", "length",
                 "sent", "head_size", "kept")  # fmt: skip

    def __init__(self, peer: Peer, chunks: bool, head_request: bool) -> None:
        self._peer = peer
        #: The peer reads chunked bodies.
        self._chunks = chunks
        self._bodiless = head_request
        self._head = b""
        self._chunked = False
        self._trailers = False
        self.state = "new"
        self.status = ""
        self.headers: Any = ()
        #: The Content-Length, and how many bytes of body have been sent.
        self.length: Optional[int] = None
        self.sent = 0
        self.head_size = 0
        #: The connection goes on after this answer.
        self.kept = False

    @property
    def started(self) -> bool:
        """Whether bytes of it have left."""
        return self.state not in ("new", "started")

    @property
    def complete(self) -> bool:
        return self.state == "complete"

    def take(self, message: Dict[str, Any]) -> None:
        """One message of the application's; raises ContractError."""
        kind = message.get("type")
        step = _steps.get((self.state, kind))
        if step is None:
            raise ContractError(f"`{kind}` may not be sent {_places[self.state]}")
        step(self, message)

    def ends_by_close(self) -> bool:
        """Whether a peer takes the connection's end for the body's."""
        return self.started and not self._bodiless and not self._chunked and self.length is None

    def _start(self, message: Dict[str, Any]) -> None:
        line = status_line(message.get("status"))
        self.headers = list(message.get("headers", ()))
        fields, self.length = field_lines(self.headers)
        self._trailers = bool(message.get("trailers", False))
        self.status = line[9:-2].decode("ascii")
        self._head = line + fields
        self.state = "started"

    def _body(self, message: Dict[str, Any]) -> None:
        data = message.get("body", b"")
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ContractError(f"`body` must be bytes, got {type(data).__name__}")
        last = not message.get("more_body", False)
        head = b""
        if self.state == "started":
            head = self._begin(len(data) if last and not self._trailers else None)
            self.state = "sending"
        framed, excess = self._frame(bytes(data))
        end = self._end() if last and not excess else b""
        if head or framed or end:
            self._peer.write(head + framed + end)
        if excess:
            raise ContractError(f"the body is longer than its content-length of {self.length} bytes")
        if last:
            self._finish()

    def _frame(self, data: bytes) -> Tuple[bytes, bool]:
        """A piece of body as it goes over the wire, and whether there was more than the length allows."""
        if self._bodiless or not data:
            return b"", False
        excess = self.length is not None and self.sent + len(data) > self.length
        if excess:
            data = data[: (self.length or 0) - self.sent]
        self.sent += len(data)
        return (b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data), excess

    def _end(self) -> bytes:
        return b"0\r\n\r\n" if self._chunked and not self._trailers else b""

    def _finish(self) -> None:
        if self._trailers:
            self.state = "trailers"
            return
        self.state = "complete"
        if self.length is not None and self.sent < self.length and not self._bodiless:
            self.state = "sending"
            raise ContractError(f"the body has {self.sent} bytes, and its content-length says {self.length}")

    def _trailer(self, message: Dict[str, Any]) -> None:
        lines, _ = field_lines(message.get("headers", ()))
        last = not message.get("more_trailers", False)
        if self._chunked:
            if self._head:
                self._head = b""
                lines = b"0\r\n" + lines
            self._peer.write(lines + b"\r\n" if last else lines)
        if last:
            self._trailers = False
            self._finish()

    def _begin(self, known: Optional[int]) -> bytes:
        """The head as bytes; `known` is the whole body's length, if it is here."""
        head = self._head
        if self.status.startswith(("204", "304")):
            self._bodiless = True
        if self.length is None and not self._bodiless:
            if known is not None:
                self.length = known
                head += b"content-length: %d\r\n" % known
            elif self._chunks:
                self._chunked = True
                head += b"transfer-encoding: chunked\r\n"
        line = self._peer.acknowledgement() if self._delimited() else ""
        if line:
            self.kept = True
            head += line.encode("ascii")
        self.head_size = len(head) + 2
        return head + b"\r\n"

    def _delimited(self) -> bool:
        return self._bodiless or self._chunked or self.length is not None


_steps = {
    ("new", "http.response.start"): Response._start,
    ("started", "http.response.body"): Response._body,
    ("sending", "http.response.body"): Response._body,
    ("trailers", "http.response.trailers"): Response._trailer,
}

_places = {
    "new": "before `http.response.start`",
    "started": "after `http.response.start`",
    "sending": "while a body is sent",
    "trailers": "before the trailers that were promised",
    "complete": "after the response is complete",
}
