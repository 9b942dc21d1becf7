"""Packets for tests."""

import struct


def block(pairs):
    """A vars block from pairs of bytes or text."""
    data = b""
    for key, value in pairs:
        key, value = (item.encode("latin-1") if isinstance(item, str) else item for item in (key, value))
        data += struct.pack("<H", len(key)) + key + struct.pack("<H", len(value)) + value
    return data


def packet(pairs, modifier1=0):
    data = block(pairs)
    return struct.pack("<BHB", modifier1, len(data), 0) + data


REQUEST = (
    ("REQUEST_METHOD", "GET"), ("PATH_INFO", "/"), ("QUERY_STRING", ""), ("SERVER_PROTOCOL", "HTTP/1.1"),
    ("SERVER_NAME", "example.org"), ("SERVER_PORT", "80"), ("HTTP_HOST", "example.org"),
)  # fmt: skip
