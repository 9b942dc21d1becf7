"""Reads requests off a uwsgi connection: `u8 modifier1, u16le size, u8 modifier2`, `size` bytes of vars, then
CONTENT_LENGTH bytes of body. Bytes in, packets out; no I/O.

As strict as packages/uwsgi, and for the same reason: where two readers could disagree about where a body ends, they
would disagree about where the next packet begins. CONTENT_LENGTH takes digits only and may not contradict itself;
HTTP_TRANSFER_ENCODING is ignored beside a CONTENT_LENGTH (nginx sends both, having undone the chunks) and refused
without one.

One pass over the block, which is decoded once: a var costs two dictionary operations and two slices. What is seldom
(a var that comes twice, a broken block) is found by a count at the end and looked at again, slowly.
"""

import re

from .layout import PATIENCE, SHAPES, Layout
from .refusal import Refused

KEEPALIVE_VAR = "UWSGI_KEEPALIVE"
PING = 100
STRIP = 30
PONG = bytes([PING, 0, 0, 1])

#: Vars by which a peer steers uWSGI itself (load this file, use that home): whoever reaches the socket could run code.
CONTROL_VARS = frozenset(
    b"UWSGI_" + name
    for name in (
        b"APPID", b"CACHE_GET", b"CALLABLE", b"CHDIR", b"FILE", b"HOME", b"MODULE", b"POSTFILE", b"PYHOME", b"SCRIPT",
        b"SETENV", b"TOUCH_RELOAD",
    )
)  # fmt: skip

#: Many programs take HTTP_PROXY for their own setting (CVE-2016-5385), chunks are undone already, and CGI has names of
#: its own for the other two.
LEFT_OUT = ("HTTP_PROXY", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")

#: Names of modifiers for errors that say what was asked for.
MODIFIERS = {
    0: "WSGI", 5: "PSGI", 7: "Rack", 9: "CGI", 14: "PHP", 17: "spool", 22: "eval", 30: "WSGI with SCRIPT_NAME stripped",
    72: "HTTP", 100: "ping", 101: "echo", 110: "signal", 111: "cache", 173: "RPC", 224: "subscription",
}  # fmt: skip

#: The first four bytes of what is commonly spoken to a uwsgi socket by mistake.
STRANGERS = {
    **dict.fromkeys(
        (b"GET ", b"HEAD", b"POST", b"PUT ", b"DELE", b"OPTI", b"PATC", b"TRAC", b"CONN", b"PROP"), "HTTP"
    ),
    b"PRI ": "HTTP/2",
    b"HTTP": "HTTP, and answers before it was asked",
    b"PROX": "the PROXY protocol",
    b"SSH-": "SSH",
}

#: Clients can invent header names without end: only so many are kept decoded, and none that is longer.
CACHED_KEYS = 1024
CACHED_KEY_SIZE = 64

is_nonce = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch


class Keys(dict):
    """Keys of vars, from bytes to text. A name of the server's own (`wsgi.input`) becomes the empty one, and is dropped."""

    def __missing__(self, raw):
        if not raw:
            raise Refused("empty-key", "a var has an empty key")
        if raw in CONTROL_VARS:
            raise Refused("control-var", f"the var {raw.decode('ascii')} would steer this server: it is refused")
        key = "" if raw.startswith((b"wsgi.", b"trivet.", b"uwsgi.")) else raw.decode("latin-1")
        if len(self) < CACHED_KEYS and len(raw) <= CACHED_KEY_SIZE:
            self[raw] = key
        return key


class Packet:
    """One request without its body. `vars` is a dictionary of its own, free to become the environ."""

    __slots__ = ("modifier1", "vars", "length", "nonce", "count", "size")

    def __init__(self, modifier1, values, length, nonce, count, size):
        self.modifier1 = modifier1
        self.vars = values
        #: Bytes of body that follow.
        self.length = length
        #: The nonce of a client that offers to keep the connection.
        self.nonce = nonce
        #: Vars on the wire, and the bytes of their block.
        self.count = count
        self.size = size


class PacketReader:
    """Finds packets in a buffer; the limits are uWSGI's `buffer-size`, `max-vars` and `limit-post` (None: no limit)."""

    def __init__(self, buffer_size=65535, max_vars=512, max_body=None):
        self._buffer_size = buffer_size
        self._max_vars = max_vars
        self._max_body = max_body
        self._keys = Keys()
        self._layouts = {}
        #: Packets of a size that came without a layout that fits, one after another.
        self._misses = {}

    def read(self, buffer, at):
        """The packet that begins at `at`, or None while it is not whole; raises Refused. Its body begins 4 + size later."""
        have = len(buffer) - at
        if have < 4:
            return None
        modifier1 = buffer[at]
        size = buffer[at + 1] | buffer[at + 2] << 8
        if modifier1 or size > self._buffer_size:
            self._check_header(buffer[at : at + 4], modifier1, size)
        if have < 4 + size:
            return None
        return self._packet(modifier1, buffer[at + 4 : at + 4 + size], size)

    def _packet(self, modifier1, block, size):
        text = block.decode("latin-1")
        layout = self._layouts.get(size)
        if layout is not None and layout.fits(block):
            values, nonce = layout.values(text)
            length = self._body_length(values) if "CONTENT_LENGTH" in values else 0
            return Packet(modifier1, values, length, nonce if nonce and is_nonce(nonce) else None, layout.count, size)
        keys = self._keys
        values = {}
        at = count = 0
        try:
            while at < size:
                end = at + 2 + (block[at] | block[at + 1] << 8)
                start = end + 2
                key = keys[block[at + 2 : end]]
                at = start + (block[end] | block[end + 1] << 8)
                values[key] = text[start:at]
                count += 1
        except IndexError:
            at = -1
        if at != size or count > self._max_vars:
            self._explain(block, size)
        if count != len(values):
            values = merge(block, keys)
        elif "" not in values:
            self._learn(block, size, values)
        length = self._body_length(values)
        for name in LEFT_OUT:
            if name in values:
                del values[name]
        if "" in values:
            del values[""]
        nonce = values.pop(KEEPALIVE_VAR, None)
        if nonce is not None and not is_nonce(nonce):
            nonce = None
        return Packet(modifier1, values, length, nonce, count, size)

    def _learn(self, block, size, values):
        """Keeps the shape of a good packet, once enough of its size have come that had no other."""
        if size not in self._misses and len(self._misses) >= SHAPES:
            self._misses.clear()
            self._layouts.clear()
        misses = self._misses.get(size, 0) + 1
        self._misses[size] = misses % PATIENCE
        if misses < PATIENCE:
            return
        edges = []
        at = 0
        while at < size:
            end = at + 2 + int.from_bytes(block[at : at + 2], "little")
            at = end + 2 + int.from_bytes(block[end : end + 2], "little")
            edges.append((end + 2, at))
        skipped = LEFT_OUT if values.get("CONTENT_LENGTH") else (*LEFT_OUT, "CONTENT_LENGTH")
        layout = Layout(block, tuple(values), edges, KEEPALIVE_VAR, skipped)
        if layout.useful and ("HTTP_TRANSFER_ENCODING" not in values or values.get("CONTENT_LENGTH")):
            self._layouts[size] = layout

    def _body_length(self, values):
        text = values.get("CONTENT_LENGTH")
        if not text:
            if "HTTP_TRANSFER_ENCODING" in values:
                raise Refused(
                    "length-required", "HTTP_TRANSFER_ENCODING without a CONTENT_LENGTH: where the body ends is unknown"
                )
            if text is not None:
                del values["CONTENT_LENGTH"]
            return 0
        if len(text) > 15 or not (text.isascii() and text.isdigit()):
            raise Refused("bad-content-length", f"CONTENT_LENGTH is {quote(text)}")
        length = int(text)
        if self._max_body is not None and length > self._max_body:
            raise Refused(
                "body-too-large", f"a body of {length} bytes where `limit-post` allows {self._max_body}"
            )
        return length

    def _check_header(self, head, modifier1, size):
        if modifier1 == PING and size == 0:
            return
        if modifier1 not in (0, STRIP):
            stranger = "TLS" if head.startswith(b"\x16\x03") else STRANGERS.get(bytes(head))
            if stranger is not None:
                raise Refused(
                    "http-request",
                    f"the peer speaks {stranger} to a uwsgi socket (is this meant to be an HTTP port?)",
                )
            name = f" ({MODIFIERS[modifier1]})" if modifier1 in MODIFIERS else ""
            raise Refused("unknown-modifier", f"modifier {modifier1}{name} is not served here")
        if size > self._buffer_size:
            raise Refused("vars-too-large", f"{size} bytes of vars where `buffer-size` allows {self._buffer_size}")

    def _explain(self, block, end):
        """Walks a block that is known to be broken, and raises what is wrong with it first."""
        at = count = 0
        while at < end:
            if count == self._max_vars:
                raise Refused("too-many-vars", f"more vars than `max-vars` ({self._max_vars})")
            key_end = at + 2 + int.from_bytes(block[at : at + 2], "little")
            value = int.from_bytes(block[key_end : key_end + 2], "little")
            if at + 2 > end or key_end + 2 > end or key_end + 2 + value > end:
                break
            at = key_end + 2 + value
            count += 1
        raise Refused("truncated-var", f"var {count} runs past the end of its {end}-byte block")


def merge(block, keys):
    """The vars of a good block in which a key comes twice: headers are joined (RFC 3875 section 4.1.18), else the last counts."""
    values = {}
    at = 0
    while at < len(block):
        end = at + 2 + int.from_bytes(block[at : at + 2], "little")
        key = keys[block[at + 2 : end]]
        at = end + 2 + int.from_bytes(block[end : end + 2], "little")
        value = block[end + 2 : at].decode("latin-1")
        before = values.get(key)
        if before is not None:
            if key == "CONTENT_LENGTH" and before != value:
                raise Refused("bad-content-length", f"two CONTENT_LENGTHs: {quote(before)} and {quote(value)}")
            if key.startswith("HTTP_"):
                value = f"{before}{'; ' if key == 'HTTP_COOKIE' else ', '}{value}"
        values[key] = value
    return values


def quote(text):
    """For messages: in quotes, and not too long."""
    return ascii(text if len(text) <= 40 else f"{text[:40]}...")
