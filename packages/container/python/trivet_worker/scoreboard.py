"""This worker's record in the scoreboard (WORKER.md): a header of 128 bytes and a cell of 256 for each core."""

import os
import struct
import time

HEADER = 128
CELL = 256
TEXT = 222

_header = struct.Struct("<11d40x")
_cell = struct.Struct(f"<4dH{TEXT}s")
_idle = struct.Struct("<4d")
_deadline = struct.Struct("<d")


class Nowhere:
    """Stands for a scoreboard where the master keeps none."""

    def write(self, offset, data):
        pass


class File:
    """Written by position alone: the master and all workers share it."""

    def __init__(self, path):
        self._fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)

    def write(self, offset, data):
        os.pwrite(self._fd, data, offset)


def open_scoreboard(place):
    """`place`: the member `scoreboard` of `start`, or None."""
    if place is None:
        return Scoreboard(Nowhere(), 0)
    return Scoreboard(File(place["path"]), place["offset"])


class Scoreboard:
    """What the master reads of this worker; times are seconds here and milliseconds or microseconds there."""

    def __init__(self, file, offset):
        self._file = file
        self._offset = offset
        #: A worker opens its record after it has been forked.
        self._pid = os.getpid()
        self.state = 1
        self.harakiris = 0
        #: Each has requests, exceptions, sent, running, service, in_flight and connections.
        self.cores = []

    def publish(self):
        """Writes the header, the sum over the cores."""
        self._file.write(self._offset, self._header())

    def _header(self):
        cores = self.cores
        first = cores[0] if len(cores) == 1 else Sum(cores)
        average = max((core.service.average for core in cores), default=0)
        return _header.pack(
            self._pid, self.state, time.time() * 1000, first.requests, first.exceptions, first.sent,
            first.running * 1e6, average * 1e6, sum(core.in_flight for core in cores), self.harakiris,
            first.connections,
        )  # fmt: skip

    def begin(self, core, started, requests, deadline, text):
        """A request begins on a core; `text` is `METHOD /path` in latin-1, `deadline` 0 or a time."""
        self._write(core, _cell.pack(started * 1000, requests, deadline * 1000, 0, min(len(text), TEXT), text))

    def forgive(self, core):
        """The request of a core has been dealt with, although the core is still in it: its deadline counts no more."""
        self._file.write(self._offset + HEADER + core.index * CELL + 16, _deadline.pack(0))

    def end(self, core):
        """A core is idle; the text of its last request stays."""
        self._write(core.index, _idle.pack(0, core.requests, 0, 0))

    def _write(self, core, cell):
        """A cell and the header. The first cell stands right behind it: one system call for both."""
        if core == 0:
            self._file.write(self._offset, self._header() + cell)
        else:
            self._file.write(self._offset + HEADER + core * CELL, cell)
            self.publish()


class Sum:
    """The figures of several cores."""

    def __init__(self, cores):
        self.requests = sum(core.requests for core in cores)
        self.exceptions = sum(core.exceptions for core in cores)
        self.sent = sum(core.sent for core in cores)
        self.running = sum(core.running for core in cores)
        self.connections = sum(core.connections for core in cores)
