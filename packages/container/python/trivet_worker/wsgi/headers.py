"""Status and headers as an application gives them: checked, and made into the text of a head.

An application has few different fields, so each is checked once and kept; those that vary from answer to answer
(cookies, dates, lengths) are checked each time.
"""

import re

from ..keepalive import KEEPALIVE_HEADER
from .errors import ContractError

#: Statuses and fields that are kept; longer ones, and more, are checked each time.
CACHED = 512
CACHED_SIZE = 128

_status = re.compile(r"[2-5][0-9]{2} [\t -~\x80-\xff]*").fullmatch
_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_value = re.compile(r"[\t -~\x80-\xff]*").fullmatch

HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "trailers",
     "transfer-encoding", "upgrade", "proxy-connection")
)  # fmt: skip


class Statuses(dict):
    """Status to the beginning of a head, and whether such a response has no body."""

    def __missing__(self, status):
        if type(status) is not str:
            raise ContractError(f"start_response: the status must be a str, got {describe(status)}")
        if not _status(status):
            raise ContractError(f"start_response: the status must be like `200 OK`, got {ascii(status[:80])}")
        entry = (f"HTTP/1.1 {status}\r\n", status[:3] in ("204", "304"))
        if len(self) < CACHED and len(status) <= CACHED_SIZE:
            self[status] = entry
        return entry


class Fields(dict):
    """A header to its line; to None for a Content-Length, which says more than its text."""

    def __missing__(self, field):
        if type(field) is not tuple or len(field) != 2:
            raise ContractError(f"start_response: a header must be a tuple of two, got {describe(field)}")
        name, value = field
        # It varies more than all others, and is read as a number: nothing else of it needs to be looked at.
        if name == "Content-Length" and type(value) is str:
            return None
        if type(name) is not str or type(value) is not str:
            if not isinstance(name, str) or not isinstance(value, str):
                raise ContractError(f"start_response: a header must be two of type str, got {ascii(field)[:160]}")
        if not _name(name):
            raise ContractError(f"start_response: {ascii(name[:80])} cannot be the name of a header")
        if not _value(value):
            raise ContractError(f"start_response: the value of {name} has a character that may not be there")
        lower = name.lower()
        if lower in HOP_BY_HOP:
            raise ContractError(f"start_response: {name} is between two servers and not for an application to set")
        if lower == "content-length":
            return None
        # An application's copy of the server's own sign is left out.
        line = "" if lower == KEEPALIVE_HEADER else f"{name}: {value}\r\n"
        if len(self) < CACHED and len(value) <= CACHED_SIZE and len(name) <= CACHED_SIZE and lower not in _varying:
            self[field] = line
        return line


_varying = frozenset(("set-cookie", "date", "last-modified", "etag", "location", "content-range"))

statuses = Statuses()
fields = Fields()


def head_text(status, headers):
    """The head without its end, the Content-Length in it or None, whether there is no body; raises ContractError."""
    try:
        text, bodiless = statuses[status]
    except TypeError:
        raise ContractError(f"start_response: the status must be a str, got {describe(status)}") from None
    if not isinstance(headers, list):
        raise ContractError(f"start_response: headers must be a list, got {describe(headers)}")
    length = None
    for field in headers:
        try:
            line = fields[field]
        except TypeError:
            raise ContractError(f"start_response: a header must be a tuple of two, got {describe(field)}") from None
        if line is None:
            length = content_length(field[1], length)
            line = f"Content-Length: {length}\r\n"
        text += line
    return text, length, bodiless


def content_length(value, before):
    """Reads a Content-Length, of which there is one."""
    if len(value) > 15 or not (value.isascii() and value.isdigit()):
        raise ContractError(f"start_response: Content-Length is {ascii(value[:40])}")
    length = int(value)
    if before is not None:
        raise ContractError("start_response: there are two Content-Lengths")
    return length


def describe(value):
    return "None" if value is None else f"an object of {type(value).__name__}"
