"""Where the lines of requests go; those of one turn of the loop leave in one write. log_line.py makes them."""

import os

from .log_line import Record, compile_conditions, compile_line

#: Marks a line of standard output as a finished log line, which the master passes on as it is.
MARK = "\x1e"


class LogFile:
    """A file that this process appends to, or standard output, which goes through the master."""

    def __init__(self, path):
        self._path = path
        self._fd = 1
        self._lost = 0
        #: Put before each line.
        self.mark = MARK
        self.reopen()

    def reopen(self):
        """After a rotation. When the file cannot be opened the old one, moved or not, is written on."""
        if self._path is None:
            return
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            os.write(2, f"cannot open {self._path}: {error.strerror}\n".encode())
            return
        if self._fd != 1:
            os.close(self._fd)
        self._fd = fd
        self.mark = ""

    def write(self, data):
        try:
            while data:
                data = data[os.write(self._fd, data) :]
            self._lost = 0
        except OSError as error:
            # A full disk must not take the requests down with it: said once.
            if not self._lost:
                os.write(2, f"cannot write the log: {error.strerror}\n".encode())
            self._lost += len(data)


class RequestLog:
    """The lines of one core, held until its loop has come round."""

    def __init__(self, settings, file):
        self._line = compile_line(settings)
        self._wanted = compile_conditions(settings)
        self._file = file
        self._held = []
        self._asked = False

    def ask(self):
        """The request at hand gets a line, whatever the conditions say."""
        self._asked = True

    def add(self, core, packet, environ, response):
        record = Record(core, packet, environ, response)
        if self._asked or self._wanted is None or self._wanted(record):
            self._asked = False
            self._held.append(self._file.mark + self._line(record))
        core.log_variables.clear()

    def flush(self):
        if not self._held:
            return
        data = "\n".join(self._held).encode("utf-8", "backslashreplace") + b"\n"
        self._held.clear()
        self._file.write(data)


class OneRequestLog(RequestLog):
    """The log of a core that has none, for one request that asked for it."""

    def add(self, core, packet, environ, response):
        super().add(core, packet, environ, response)
        self.flush()
        core.log = None
