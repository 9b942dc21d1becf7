"""`wsgi.input`: CONTENT_LENGTH bytes of a connection, then end of file. The reading methods are Python's own."""

import io


class BodyError(OSError):
    """The body did not come: the peer is gone, or stalls."""


class Body(io.RawIOBase):
    """The bytes of a body, those in the connection's buffer first."""

    def __init__(self, connection, length, timeout):
        self._connection = connection
        self._timeout = timeout
        #: Bytes that nobody has read.
        self.left = length

    def readable(self):
        return True

    def readinto(self, view):
        size = min(len(view), self.left)
        if size == 0:
            return 0
        connection = self._connection
        buffered = min(size, len(connection.buffer) - connection.at)
        if buffered > 0:
            view[:buffered] = connection.buffer[connection.at : connection.at + buffered]
            connection.at += buffered
            self.left -= buffered
            return buffered
        try:
            count = connection.receive_into(memoryview(view)[:size], self._timeout)
        except OSError as error:
            raise BodyError(f"the body ends {self.left} bytes short of its CONTENT_LENGTH: {error}") from None
        if count == 0:
            raise BodyError(f"the body ends {self.left} bytes short of its CONTENT_LENGTH: the peer is gone")
        self.left -= count
        return count


def open_body(connection, length, timeout):
    """A stream over a body that has not come yet; the second is what counts what is left of it."""
    body = Body(connection, length, timeout)
    return io.BufferedReader(body, 65536), body
