import random
import unittest

from trivet_worker.packet import PacketReader
from trivet_worker.refusal import Refused, STATUSES

from .packets import REQUEST, block, packet


def refusal(data, **limits):
    try:
        PacketReader(**limits).read(data, 0)
    except Refused as refused:
        return refused.code
    return None


class Reading(unittest.TestCase):
    def test_vars_are_text_and_a_dictionary_of_their_own(self):
        reader = PacketReader()
        data = packet(REQUEST)
        first, second = reader.read(data, 0), reader.read(data, 0)
        self.assertEqual(first.vars, dict(REQUEST))
        self.assertIsNot(first.vars, second.vars)
        self.assertEqual((first.count, first.size, first.length, first.nonce), (7, len(data) - 4, 0, None))

    def test_bytes_become_latin_1(self):
        value = bytes(range(256))
        self.assertEqual(PacketReader().read(packet([("A", value)]), 0).vars["A"], value.decode("latin-1"))

    def test_nothing_before_the_packet_is_whole(self):
        data = packet(REQUEST)
        reader = PacketReader()
        for size in range(len(data)):
            self.assertIsNone(reader.read(data[:size], 0))
        self.assertIsNotNone(reader.read(data, 0))
        self.assertIsNotNone(reader.read(b"xx" + data, 2))

    def test_a_key_that_comes_twice(self):
        pairs = [("HTTP_A", "1"), ("X", "1"), ("HTTP_A", "2"), ("HTTP_COOKIE", "a"), ("HTTP_COOKIE", "b"), ("X", "2")]
        values = PacketReader().read(packet(pairs), 0).vars
        self.assertEqual(values, {"HTTP_A": "1, 2", "HTTP_COOKIE": "a; b", "X": "2"})

    def test_what_is_between_servers_is_left_out(self):
        pairs = [
            ("HTTP_PROXY", "x"), ("HTTP_TRANSFER_ENCODING", "chunked"), ("CONTENT_LENGTH", "3"), ("wsgi.input", "x"),
            ("HTTP_CONTENT_LENGTH", "3"), ("HTTP_CONTENT_TYPE", "a/b"), ("UWSGI_KEEPALIVE", "n0nce"), ("A", ""),
        ]  # fmt: skip
        found = PacketReader().read(packet(pairs), 0)
        self.assertEqual(found.vars, {"CONTENT_LENGTH": "3", "A": ""})
        self.assertEqual((found.nonce, found.length), ("n0nce", 3))

    def test_what_is_no_nonce_offers_nothing(self):
        for value in ("", "a b", "a" * 65, "é", "a\n"):
            self.assertIsNone(PacketReader().read(packet([("UWSGI_KEEPALIVE", value)]), 0).nonce)

    def test_an_empty_content_length_is_none(self):
        found = PacketReader().read(packet([("CONTENT_LENGTH", "")]), 0)
        self.assertEqual((found.length, found.vars), (0, {}))

    def test_a_ping_has_no_vars(self):
        self.assertEqual(PacketReader().read(bytes([100, 0, 0, 0]), 0).modifier1, 100)


class Refusing(unittest.TestCase):
    def test_each_rule(self):
        rows = [
            (b"GET / HTTP/1.1\r\n\r\n", "http-request"),
            (b"\x16\x03\x01\x02", "http-request"),
            (b"\x05\x00\x00\x00", "unknown-modifier"),
            (b"\x00\xff\xff\x00", "vars-too-large"),
            (packet([("", "x")]), "empty-key"),
            (b"\x00\x05\x00\x00\x01\x00A\x09\x00", "truncated-var"),
            (b"\x00\x01\x00\x00\x01", "truncated-var"),
            (b"\x00\x03\x00\x00\x01\x00A", "truncated-var"),
            (packet([("A", "")] * 20), "too-many-vars"),
            (packet([("UWSGI_FILE", "/etc/passwd")]), "control-var"),
            (packet([("CONTENT_LENGTH", "1"), ("CONTENT_LENGTH", "2")]), "bad-content-length"),
            (packet([("HTTP_TRANSFER_ENCODING", "chunked")]), "length-required"),
            (packet([("CONTENT_LENGTH", "1001")]), "body-too-large"),
        ]
        for data, code in rows:
            self.assertEqual(refusal(data, buffer_size=4096, max_vars=16, max_body=1000), code)
            self.assertIn(code, STATUSES)

    def test_a_content_length_is_digits(self):
        for text in ("abc", "-1", "+1", " 1", "1 ", "1.0", "0x1", "²", "1" * 16, "1,1"):
            self.assertEqual(refusal(packet([("CONTENT_LENGTH", text)])), "bad-content-length", text)

    def test_the_limits_themselves_are_allowed(self):
        pairs = [("A", "x" * 90)]
        size = len(block(pairs))
        self.assertIsNone(refusal(packet(pairs), buffer_size=size))
        self.assertEqual(refusal(packet(pairs), buffer_size=size - 1), "vars-too-large")
        self.assertIsNone(refusal(packet([(str(i), "") for i in range(16)]), max_vars=16))


class Fuzz(unittest.TestCase):
    """Whatever comes, in whatever pieces: a packet, not yet one, or Refused; and the pieces never matter."""

    def test_any_bytes(self):
        chance = random.Random(20261125)
        for _ in range(3000):
            data = bytes(chance.choices((0, 0, 0, 1, 2, 5, 65, 95, 255), k=chance.randrange(60)))
            self.check(bytes([0, chance.randrange(50), 0, 0]) + data)

    def test_broken_packets(self):
        chance = random.Random(7)
        whole = packet(REQUEST)
        for _ in range(3000):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            self.check(bytes(data))

    def check(self, data):
        reader = PacketReader(max_vars=8)
        expected = outcome(reader, data)
        for size in range(len(data)):
            early = outcome(reader, data[:size])
            # A prefix is either too short to tell, or tells the same.
            self.assertIn(early, (None, expected))


def outcome(reader, data):
    try:
        found = reader.read(data, 0)
    except Refused as refused:
        return refused.code
    return None if found is None else (found.vars, found.length, found.nonce, found.size)
