"""The opening handshake (RFC 6455 section 4.2), as far as it is in a request's vars and a response's head."""

import base64
import binascii
import hashlib
from typing import Mapping, Optional

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
VERSION = "13"


class HandshakeError(Exception):
    """The request asks for a WebSocket in a way that cannot be answered with one; `status` says which answer it gets."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def wants_websocket(vars: Mapping[str, str]) -> bool:
    """Whether a request asks to go on as a WebSocket."""
    upgrade = vars.get("HTTP_UPGRADE")
    if upgrade is None or "HTTP_SEC_WEBSOCKET_KEY" not in vars:
        return False
    return vars.get("REQUEST_METHOD") == "GET" and "websocket" in [name.strip().lower() for name in upgrade.split(",")]


def check_handshake(vars: Mapping[str, str]) -> str:
    """The key of a request that may be answered with 101; raises HandshakeError."""
    version = vars.get("HTTP_SEC_WEBSOCKET_VERSION")
    if version != VERSION:
        raise HandshakeError(426, f"WebSocket version {version} is not spoken here, only {VERSION}")
    key = vars.get("HTTP_SEC_WEBSOCKET_KEY", "")
    try:
        nonce = base64.b64decode(key.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        nonce = b""
    if len(nonce) != 16:
        raise HandshakeError(400, "Sec-WebSocket-Key is not 16 bytes in base64")
    return key


def accept_key(key: str) -> str:
    """The proof that a server has read the request: Sec-WebSocket-Accept."""
    return base64.b64encode(hashlib.sha1(key.encode("ascii") + GUID).digest()).decode("ascii")


def handshake_head(key: str, protocol: Optional[str] = None) -> str:
    """The head of the 101 without the empty line at its end."""
    head = f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept_key(key)}\r\n"
    return head if protocol is None else f"{head}Sec-WebSocket-Protocol: {protocol}\r\n"
