"""Status and headers as an ASGI application gives them: checked, and made into the text of a head.

What an application sends again and again is checked once and kept; what varies is checked each time.
"""

import re
from http import HTTPStatus
from typing import Any, Dict, Iterable, Optional, Tuple

from ..keepalive import KEEPALIVE_HEADER
from .errors import ContractError

#: Fields that are kept; longer ones, and more, are checked each time.
CACHED = 512
CACHED_SIZE = 128

_name = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_value = re.compile(rb"[\t -~\x80-\xff]*").fullmatch

#: Between two servers: the specification has a server see to these itself. The last is the server's own sign.
LEFT_OUT = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
     KEEPALIVE_HEADER.encode())
)  # fmt: skip

#: Their values are seldom the same twice.
_varying = frozenset((b"content-length", b"set-cookie", b"date", b"last-modified", b"etag", b"location", b"content-range"))

_lines: Dict[Tuple[bytes, bytes], bytes] = {}


def status_line(status: Any) -> bytes:
    """The first line of a head; raises ContractError."""
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ContractError(f"`status` must be a number from 200 to 599, got {status!r:.80}")
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = ""
    return f"HTTP/1.1 {int(status)} {reason}\r\n".encode("ascii")


def field_lines(headers: Iterable[Any]) -> Tuple[bytes, Optional[int]]:
    """The lines of the headers, and the Content-Length among them; raises ContractError."""
    lines = []
    length = None
    for field in headers:
        try:
            line = _lines.get(field)
        except TypeError:
            # A list, or a bytearray inside: it cannot be looked up, and is checked each time.
            line = None
        if line is None:
            name, value, line = check_field(field)
            if name == b"content-length":
                length = content_length(value, length)
                continue
        lines.append(line)
    if length is not None:
        lines.append(b"content-length: %d\r\n" % length)
    return b"".join(lines), length


def check_field(field: Any) -> Tuple[bytes, bytes, bytes]:
    """Name in lower case, value and line of a header."""
    try:
        name, value = field
    except (TypeError, ValueError):
        raise ContractError(f"a header must be a pair of bytes, got {field!r:.160}") from None
    if not isinstance(name, (bytes, bytearray)) or not isinstance(value, (bytes, bytearray)):
        raise ContractError(f"a header must be a pair of bytes, got {field!r:.160}")
    name, value = bytes(name), bytes(value).strip(b" \t")
    if not _name(name):
        raise ContractError(f"{name!r:.80} cannot be the name of a header")
    if not _value(value):
        raise ContractError(f"the value of the header {name.decode()} has a character that may not be there")
    lower = name.lower()
    line = b"" if lower in LEFT_OUT else b"%s: %s\r\n" % (name, value)
    small = len(name) <= CACHED_SIZE and len(value) <= CACHED_SIZE and len(_lines) < CACHED
    if small and lower not in _varying and type(field) is tuple and [*map(type, field)] == [bytes, bytes]:
        _lines[field] = line
    return lower, value, line


def content_length(value: bytes, before: Optional[int]) -> int:
    """Reads a Content-Length; a second one must say the same."""
    if len(value) > 15 or not value.isdigit():
        raise ContractError(f"content-length is {value!r:.80}")
    length = int(value)
    if before is not None and before != length:
        raise ContractError(f"two headers content-length, {before} and {length}")
    return length
