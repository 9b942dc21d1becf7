"""Frames and messages: what a client may send, what it may not, and that no cut of the bytes changes the result."""

import random
import unittest

from trivet_worker.websocket.frames import (
    BINARY, CLOSE, CONTINUATION, PING, TEXT, FrameReader, WebSocketError, encode_close, encode_frame,
)  # fmt: skip
from trivet_worker.websocket.handshake import HandshakeError, accept_key, check_handshake, wants_websocket
from trivet_worker.websocket.messages import Close, Message, MessageReader, Ping

KEY = b"\x37\xfa\x21\x3d"


def client_frame(opcode, payload=b"", final=True, key=KEY, first=None, size=None):
    """A frame as a client sends it."""
    if size is None:
        size = len(payload)
        size = bytes([size | 0x80]) if size < 126 else b"\xfe" + size.to_bytes(2, "big") if size < 65536 else b"\xff" + size.to_bytes(8, "big")
    head = bytes([(opcode | (0x80 if final else 0)) if first is None else first]) + size
    return head + key + bytes(byte ^ key[index % 4] for index, byte in enumerate(payload))


def read(data, limit=1000):
    """The events of some bytes, and the code of the error that ended them."""
    reader = MessageReader(limit)
    events = []
    try:
        for event in reader.feed(data):
            events.append(event)
    except WebSocketError as error:
        return events, error.code
    return events, None


class Messages(unittest.TestCase):
    def test_rfc_example(self):
        # Section 5.7: a single-frame masked text message.
        self.assertEqual(read(bytes.fromhex("818537fa213d7f9f4d5158")), ([Message("Hello")], None))

    def test_kinds_and_sizes(self):
        for size in (0, 1, 125, 126, 127, 65535, 65536, 70000):
            payload = bytes(index % 251 for index in range(size))
            self.assertEqual(read(client_frame(BINARY, payload), 100_000), ([Message(payload)], None))

    def test_fragments_with_a_ping_between(self):
        text = "a\u00e4\u20ac\U0001f600"
        raw = text.encode()
        for cut in range(len(raw) + 1):
            data = client_frame(TEXT, raw[:cut], False) + client_frame(PING, b"x") + client_frame(CONTINUATION, raw[cut:])
            self.assertEqual(read(data), ([Ping(b"x"), Message(text)], None))

    def test_close(self):
        self.assertEqual(read(client_frame(CLOSE) + b"rest"), ([Close(1005, "")], None))
        payload = (1001).to_bytes(2, "big") + "tsch\u00fcss".encode()
        self.assertEqual(read(client_frame(CLOSE, payload)), ([Close(1001, "tsch\u00fcss")], None))

    def test_broken_rules(self):
        rows = [
            (b"\x81\x05Hello", 1002, "not masked"),
            (client_frame(TEXT, first=0xC1), 1002, "a reserved bit"),
            (client_frame(3), 1002, "a reserved opcode"),
            (client_frame(0xB), 1002, "a reserved control opcode"),
            (client_frame(PING, b"x", False), 1002, "a control frame in pieces"),
            (client_frame(PING, b"x" * 126), 1002, "a long control frame"),
            (client_frame(CONTINUATION, b"x"), 1002, "a continuation of nothing"),
            (client_frame(TEXT, b"x", False) + client_frame(TEXT, b"x"), 1002, "a message inside another"),
            (client_frame(TEXT, b"x", size=b"\xfe\x00\x01"), 1002, "a length in too many bytes"),
            (client_frame(TEXT, b"x", size=b"\xff" + bytes(7) + b"\x01"), 1002, "a length in far too many"),
            (b"\x82\xff" + b"\xff" * 8, 1002, "a length with its highest bit set"),
            (client_frame(TEXT, b"\xff"), 1007, "no UTF-8"),
            (client_frame(TEXT, b"\xed\xa0\x80"), 1007, "a surrogate"),
            (client_frame(TEXT, b"\xc3"), 1007, "half a character at the end"),
            (client_frame(TEXT, b"\xff", False), 1007, "no UTF-8, before the message is whole"),
            (b"\x82\xfe\x03\xe9", 1009, "too large, by its header"),
            (client_frame(BINARY, b"x" * 600, False) + client_frame(CONTINUATION, b"x" * 600, False), 1009, "too large as a whole"),
            (client_frame(CLOSE, b"\x03"), 1002, "half a close code"),
            (client_frame(CLOSE, (1005).to_bytes(2, "big")), 1002, "a close code that is never sent"),
            (client_frame(CLOSE, (2999).to_bytes(2, "big")), 1002, "a close code of nobody"),
            (client_frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"), 1007, "a reason that is no UTF-8"),
        ]  # fmt: skip
        for data, code, what in rows:
            with self.subTest(what):
                self.assertEqual(read(data), ([], code))

    def test_no_cut_changes_anything(self):
        data = (
            client_frame(TEXT, "h\u00e4".encode(), False) + client_frame(PING, b"p") + client_frame(CONTINUATION, b"!")
            + client_frame(BINARY, bytes(range(200))) + client_frame(CLOSE, b"\x03\xe8bye")
        )  # fmt: skip
        whole = read(data)
        for cut in range(len(data) + 1):
            reader = MessageReader(1000)
            events = [*reader.feed(data[:cut]), *reader.feed(data[cut:])]
            self.assertEqual((events, None), whole)
        reader = MessageReader(1000)
        self.assertEqual([event for byte in data for event in reader.feed(bytes([byte]))], whole[0])

    def test_arbitrary_bytes(self):
        source = random.Random(7)
        for _ in range(3000):
            data = source.randbytes(source.randrange(40))
            if source.random() < 0.7:
                # Past the first checks more often than chance would have it.
                data = bytes([0x80 | source.choice((0, 1, 2, 8, 9, 10)), 0x80 | source.randrange(12)]) + data
            whole = read(data, 64)
            cut = source.randrange(len(data) + 1)
            reader = MessageReader(64)
            events = []
            try:
                for piece in (data[:cut], data[cut:]):
                    events.extend(reader.feed(piece))
                self.assertIsNone(whole[1])
                self.assertEqual(events, whole[0])
            except WebSocketError as error:
                self.assertEqual(error.code, whole[1])

    def test_round_trip(self):
        # A server's frames, masked, are a client's.
        source = random.Random(8)
        for size in (0, 1, 125, 126, 65535, 65536):
            payload = source.randbytes(size)
            frame = encode_frame(BINARY, payload)
            at = len(frame) - size
            masked = frame[:1] + bytes([frame[1] | 0x80]) + frame[2:at] + KEY + bytes(b ^ KEY[i % 4] for i, b in enumerate(payload))
            (back,) = FrameReader(1 << 20).feed(masked)
            self.assertEqual(back, (True, BINARY, payload))

    def test_close_frames_are_cut_to_size(self):
        frame = encode_close(1000, "\u20ac" * 100)
        self.assertEqual(len(frame), 2 + 2 + 123)
        self.assertEqual(frame[4:].decode(), "\u20ac" * 41)
        self.assertEqual(encode_close(1005), b"\x88\x00")


class Handshakes(unittest.TestCase):
    vars = {
        "REQUEST_METHOD": "GET",
        "HTTP_UPGRADE": "WebSocket",
        "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
    }

    def test_rfc_example(self):
        self.assertTrue(wants_websocket(self.vars))
        self.assertEqual(accept_key(check_handshake(self.vars)), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")

    def test_what_is_none(self):
        for change in ({"REQUEST_METHOD": "POST"}, {"HTTP_UPGRADE": "h2c"}):
            self.assertFalse(wants_websocket({**self.vars, **change}))

    def test_what_is_refused(self):
        for change, status in (
            ({"HTTP_SEC_WEBSOCKET_VERSION": "8"}, 426),
            ({"HTTP_SEC_WEBSOCKET_KEY": "dGhl"}, 400),
            ({"HTTP_SEC_WEBSOCKET_KEY": "\u00e4" * 24}, 400),
            ({"HTTP_SEC_WEBSOCKET_KEY": ""}, 400),
        ):
            with self.assertRaises(HandshakeError) as caught:
                check_handshake({**self.vars, **change})
            self.assertEqual(caught.exception.status, status)


if __name__ == "__main__":
    unittest.main()
