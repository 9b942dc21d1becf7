"""The spooled task's file: whole, or refused."""

import os
import random
import tempfile
import time
import unittest

from trivet_worker.api.spool_file import BrokenTask, Task, decode, encode, scan, write


class Format(unittest.TestCase):
    def test_round_trip(self):
        for task in (
            Task({}, None),
            Task({b"a": b"", b"": b"b"}, None),
            Task({b"key": bytes(range(256)) * 300}, b"the body"),
        ):
            self.assertEqual(decode(encode(task)), task)

    def test_every_cut_is_refused_or_shorter_in_its_body(self):
        data = encode(Task({b"one": b"1", b"two": b"22"}, b"body"))
        for cut in range(len(data)):
            try:
                task = decode(data[:cut])
            except BrokenTask:
                continue
            # A cut body is still a body; the rename keeps such a file from being seen.
            self.assertTrue(b"body".startswith(task.body or b""))

    def test_arbitrary_bytes(self):
        source = random.Random(3)
        for _ in range(2000):
            data = b"TVSPOOL1"[: source.randrange(5, 9)] + source.randbytes(source.randrange(30))
            try:
                decode(data)
            except BrokenTask:
                pass


class Folder(unittest.TestCase):
    def test_order(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [write(folder, Task({b"n": str(n).encode()}, None)) for n in range(3)]
            urgent = write(folder, Task({}, None), priority=2)
            most = write(folder, Task({}, None), priority=1)
            self.assertEqual(list(scan(folder)), [most, urgent, *paths])
            self.assertEqual(list(scan(os.path.join(folder, "nowhere"))), [])

    def test_due(self):
        with tempfile.TemporaryDirectory() as folder:
            later = time.time() + 1000
            self.assertAlmostEqual(os.stat(write(folder, Task({}, None), at=later)).st_mtime, later, places=3)


if __name__ == "__main__":
    unittest.main()
