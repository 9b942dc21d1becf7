"""The record of a worker: where its header and cells stand, however they are written."""

import os
import struct
import tempfile
import unittest

from trivet_worker.scoreboard import CELL, HEADER, open_scoreboard


class Service:
    average = 0.5


class Core:
    requests, exceptions, sent, running, in_flight, connections = 7, 1, 900, 0.25, 1, 3
    service = Service()

    def __init__(self, index):
        self.index = index


class ScoreboardTest(unittest.TestCase):
    def record(self, cores, write):
        """The bytes of the second of two records."""
        size = HEADER + cores * CELL
        with tempfile.NamedTemporaryFile() as file:
            file.truncate(2 * size)
            scoreboard = open_scoreboard({"path": file.name, "offset": size})
            scoreboard.cores = [Core(index) for index in range(cores)]
            write(scoreboard)
            data = file.read()
        self.assertEqual(data[:size], bytes(size))
        return data[size:]

    def test_a_request_is_shown_in_the_cell_of_its_core(self):
        for cores, core in ((1, 0), (3, 0), (3, 2)):
            data = self.record(cores, lambda board, core=core: board.begin(core, 12.5, 6, 20.0, b"GET /here"))
            self.assertEqual(struct.unpack_from("<2d", data), (os.getpid(), 1))
            self.assertEqual(struct.unpack_from("<3d", data, 24), (7 * cores, 1 * cores, 900 * cores))
            at = HEADER + core * CELL
            self.assertEqual(struct.unpack_from("<3d", data, at), (12500, 6, 20000))
            self.assertEqual(data[at + 32 : at + 43], b"\x09\x00GET /here")
            others = data[HEADER:at] + data[at + CELL :]
            self.assertEqual(others, bytes(len(others)))

    def test_an_idle_core_keeps_the_text_of_its_last_request(self):
        def write(board):
            board.begin(0, 12.5, 6, 20.0, b"GET /here")
            board.end(board.cores[0])

        data = self.record(1, write)
        self.assertEqual(struct.unpack_from("<3d", data, HEADER), (0, 7, 0))
        self.assertEqual(data[HEADER + 34 : HEADER + 43], b"GET /here")
        self.assertEqual(struct.unpack_from("<d", data, 64), (1,))


if __name__ == "__main__":
    unittest.main()
