"""Frames of RFC 6455 section 5, as a server reads and writes them. Bytes in, frames out; no I/O.

As strict as the RFC lets a server be: a client's frame must be masked, reserved bits and opcodes are refused, a length
must take the fewest bytes that hold it, a control frame is whole and short. What is too large is refused as soon as its
header says so, before it is held.
"""

from typing import Iterator, NamedTuple

CONTINUATION = 0x0
TEXT = 0x1
BINARY = 0x2
CLOSE = 0x8
PING = 0x9
PONG = 0xA

#: Bytes of a control frame's payload (section 5.5).
MAX_CONTROL = 125

#: Close codes (section 7.4.1) that this side has reasons to send.
PROTOCOL_ERROR = 1002
BAD_DATA = 1007
TOO_BIG = 1009
SERVICE_RESTART = 1012

#: What a client is told with it, so that it comes again soon.
RESTARTS = "the server restarts"


class WebSocketError(Exception):
    """The peer broke a rule of RFC 6455; `code` is the close code that tells it so."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Frame(NamedTuple):
    """One frame, its payload unmasked."""

    final: bool
    opcode: int
    payload: bytes


class FrameReader:
    """Cuts a client's bytes into frames. `max_payload`: bytes of the largest one that is taken."""

    def __init__(self, max_payload: int) -> None:
        self.max_payload = max_payload
        self._buffer = bytearray()

    @property
    def buffered(self) -> int:
        """Bytes of a frame that is not whole."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes; raises WebSocketError, after which nothing more is to be fed."""
        self._buffer += data
        while True:
            frame = self._next()
            if frame is None:
                return
            yield frame

    def _next(self) -> "Frame | None":
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, second = buffer[0], buffer[1]
        check_first(first, second)
        size = second & 0x7F
        at = 2
        if size >= 126:
            at = 4 if size == 126 else 10
            if len(buffer) < at:
                return None
            size = long_size(bytes(buffer[2:at]))
        if size > self.max_payload and not first & 0x08:
            raise WebSocketError(TOO_BIG, f"a frame of {size} bytes where {self.max_payload} are allowed")
        end = at + 4 + size
        if len(buffer) < end:
            return None
        payload = unmask(bytes(buffer[at + 4 : end]), bytes(buffer[at : at + 4]))
        del buffer[:end]
        return Frame(first >= 0x80, first & 0x0F, payload)


def check_first(first: int, second: int) -> None:
    """The rules that a frame's first two bytes can break."""
    opcode = first & 0x0F
    if first & 0x70:
        raise WebSocketError(PROTOCOL_ERROR, "a reserved bit is set, and no extension was agreed on")
    if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        raise WebSocketError(PROTOCOL_ERROR, f"opcode {opcode} is reserved")
    if not second & 0x80:
        raise WebSocketError(PROTOCOL_ERROR, "a client's frame must be masked")
    if opcode & 0x08 and (not first & 0x80 or second & 0x7F > MAX_CONTROL):
        raise WebSocketError(PROTOCOL_ERROR, "a control frame must be whole and of at most 125 bytes")


def long_size(field: bytes) -> int:
    """A length of two or eight bytes."""
    size = int.from_bytes(field, "big")
    if size < 126 or (len(field) == 8 and (size < 65536 or size >= 1 << 63)):
        raise WebSocketError(PROTOCOL_ERROR, f"a length of {size} in {len(field)} bytes")
    return size


def unmask(data: bytes, key: bytes) -> bytes:
    """XOR with a repeated key of four bytes, as one number: what pure Python does fastest."""
    size = len(data)
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")


def encode_frame(opcode: int, payload: bytes, final: bool = True) -> bytes:
    """One frame as a server sends it: not masked."""
    size = len(payload)
    first = opcode | (0x80 if final else 0)
    if size < 126:
        head = bytes((first, size))
    elif size < 65536:
        head = bytes((first, 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 127)) + size.to_bytes(8, "big")
    return head + payload


def encode_close(code: int, reason: str = "") -> bytes:
    """A close frame; a reason that is too long is cut between two characters. 1005, no code, sends none."""
    if code == 1005:
        return encode_frame(CLOSE, b"")
    text = reason.encode("utf-8", "replace")[: MAX_CONTROL - 2].decode("utf-8", "ignore").encode()
    return encode_frame(CLOSE, code.to_bytes(2, "big") + text)
