import random
import unittest

from trivet_worker.packet import PacketReader

from .packets import REQUEST, packet
from .test_packet import outcome


class Learned(unittest.TestCase):
    """A reader that knows the shape says the same as one that has never seen a packet."""

    def test_the_same_packet_again(self):
        reader = PacketReader()
        data = packet((*REQUEST, ("HTTP_PROXY", "x"), ("CONTENT_LENGTH", ""), ("UWSGI_KEEPALIVE", "abc1")))
        expected = outcome(PacketReader(), data)
        for _ in range(10):
            self.assertEqual(outcome(reader, data), expected)

    def test_any_packet_of_the_same_size(self):
        chance = random.Random(11)
        pairs = (*REQUEST, ("CONTENT_LENGTH", "12"), ("HTTP_A", "xyz"), ("UWSGI_KEEPALIVE", "abc1"))
        whole = packet(pairs)
        reader = PacketReader(max_body=50)
        for _ in range(4):
            outcome(reader, whole)
        for _ in range(4000):
            data = bytearray(whole)
            for _ in range(chance.randrange(3)):
                data[chance.randrange(4, len(data))] = chance.choice(b"\x00\x01\x02\x0509AZ_-\xff")
            self.assertEqual(outcome(reader, bytes(data)), outcome(PacketReader(max_body=50), bytes(data)))

    def test_shapes_that_take_turns(self):
        reader = PacketReader()
        shapes = [packet([("AA", "b"), ("C", "dd"), ("E", "f")]), packet([("A", "bb"), ("C", "dd"), ("E", "f")])]
        for _ in range(20):
            for data in shapes:
                self.assertEqual(outcome(reader, data), outcome(PacketReader(), data))

    def test_sizes_without_end(self):
        reader = PacketReader()
        for size in range(2000):
            data = packet([("A", "x" * size), ("B", "y")])
            for _ in range(3):
                self.assertEqual(reader.read(data, 0).vars["A"], "x" * size)
