"""From frames to messages: fragments are joined, text is checked as it comes, closing is told apart.

    open --close frame--> closed          any --broken rule--> WebSocketError

Control frames may come between the fragments of a message (RFC 6455 section 5.4). A message's size is bounded as a
whole, however many frames it comes in.
"""

import codecs
from typing import Iterator, NamedTuple, Union

from .frames import BAD_DATA, CLOSE, CONTINUATION, PING, PROTOCOL_ERROR, TEXT, TOO_BIG
from .frames import Frame, FrameReader, WebSocketError

#: Bytes of a message: uWSGI's `websockets-max-size`.
MAX_MESSAGE = 1024 * 1024

_decoder = codecs.getincrementaldecoder("utf-8")


class Message(NamedTuple):
    """A whole message, text or bytes."""

    data: Union[str, bytes]


class Ping(NamedTuple):
    """To be answered with a pong of the same payload."""

    payload: bytes


class Pong(NamedTuple):
    """An answer to a ping, or unasked for."""

    payload: bytes


class Close(NamedTuple):
    """The peer's last frame; code 1005 when it gave none."""

    code: int
    reason: str


Event = Union[Message, Ping, Pong, Close]


class MessageReader:
    """Makes events of a client's bytes."""

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self._frames = FrameReader(max_message)
        self._max = max_message
        #: TEXT or BINARY while a fragmented message is on its way, and what has come of it.
        self._kind = 0
        self._data = bytearray()
        self._check = _decoder()
        self.closed = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events that `data` completes; raises WebSocketError. What comes after a close is dropped."""
        if self.closed:
            return
        for frame in self._frames.feed(data):
            event = self._control(frame) if frame.opcode & 0x08 else self._fragment(frame)
            if event is not None:
                yield event
            if self.closed:
                return

    def _control(self, frame: Frame) -> Event:
        if frame.opcode == CLOSE:
            self.closed = True
            return read_close(frame.payload)
        return Ping(frame.payload) if frame.opcode == PING else Pong(frame.payload)

    def _fragment(self, frame: Frame) -> "Message | None":
        if frame.opcode == CONTINUATION:
            if not self._kind:
                raise WebSocketError(PROTOCOL_ERROR, "a continuation of no message")
        elif self._kind:
            raise WebSocketError(PROTOCOL_ERROR, "a message begins inside another")
        else:
            self._kind = frame.opcode
        if len(self._data) + len(frame.payload) > self._max:
            raise WebSocketError(TOO_BIG, f"a message of more than {self._max} bytes")
        kind, payload = self._kind, frame.payload
        try:
            if not frame.final:
                if kind == TEXT:
                    # What is no text is refused before the rest of it has come.
                    self._check.decode(payload)
                self._data += payload
                return None
            if self._data:
                payload = bytes(self._data) + payload
            self._kind = 0
            self._data = bytearray()
            self._check.reset()
            return Message(payload.decode() if kind == TEXT else payload)
        except UnicodeDecodeError:
            raise WebSocketError(BAD_DATA, "a text message is not UTF-8") from None


def read_close(payload: bytes) -> Close:
    """The code and the reason of a close frame (section 5.5.1); raises WebSocketError."""
    if not payload:
        return Close(1005, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not is_close_code(code):
        raise WebSocketError(PROTOCOL_ERROR, "a close frame with no code, or one that may not be sent")
    try:
        return Close(code, payload[2:].decode())
    except UnicodeDecodeError:
        raise WebSocketError(BAD_DATA, "the reason for closing is not UTF-8") from None


def is_close_code(code: int) -> bool:
    """Whether a code may stand in a frame (section 7.4): 1004 to 1006 and 1015 are for the ends alone."""
    return code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014 or 3000 <= code <= 4999
