"""One connection of a peer: bytes that have come, answers that are held back, and what a blocking call needs of it.

The descriptor is blocking and every call says MSG_DONTWAIT: an accepted socket costs no further system call, and a
wait is always a poll with a limit.
"""

import socket
import struct
import time

from .poller import READ, WRITE, wait_for

DONTWAIT = socket.MSG_DONTWAIT
#: Pipelined requests are small; a body that is larger is read in larger pieces.
CHUNK = 16384


class Gone(ConnectionError):
    """The peer is gone, or does not read: whoever writes to it learns it so, and it is no error of the application's."""


class Connection:
    __slots__ = ("socket", "fd", "peer", "buffer", "at", "held", "held_size", "held_since", "last", "state", "packet",
                 "skip")  # fmt: skip

    def __init__(self, accepted, peer):
        self.socket = accepted
        self.fd = accepted.fileno()
        #: A TCP peer's (host, port), or a unix peer's empty name.
        self.peer = peer
        self.buffer = b""
        #: Where in the buffer the next packet begins.
        self.at = 0
        self.held = []
        self.held_size = 0
        self.held_since = 0.0
        #: When it last made progress, in monotonic seconds.
        self.last = time.monotonic()
        #: new, vars, body, kept (its answer is acknowledged), idle, lingering, detached, given, closed
        self.state = "new"
        #: The packet whose body has not all come.
        self.packet = None
        #: Bytes of a body that nobody wanted, to be read away before the next packet.
        self.skip = 0

    def fill(self):
        """Reads what is there. True: something came; False: nothing yet; None: the peer has ended its side."""
        try:
            data = self.socket.recv(CHUNK, DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return None
        if not data:
            return None
        self.buffer = self.buffer[self.at :] + data if self.at < len(self.buffer) else data
        self.at = 0
        return True

    def hold(self, data):
        """Keeps an answer back, to leave with others in one write."""
        held = self.held
        if not held:
            self.held_since = time.monotonic()
        held.append(data)
        self.held_size += len(data)

    def flush(self, timeout):
        """Sends what is held; raises Gone when the peer is gone or reads nothing for so many seconds."""
        held = self.held
        if not held:
            return
        data = held[0] if len(held) == 1 else b"".join(held)
        held.clear()
        self.held_size = 0
        try:
            sent = self.socket.send(data, DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise Gone(f"the peer is gone: {error.strerror}") from None
        if sent < len(data):
            self._send_rest(memoryview(data)[sent:], timeout)

    def _send_rest(self, data, timeout):
        while data:
            if not wait_for(self.fd, WRITE, timeout):
                raise Gone(f"the peer reads nothing for {timeout:g} s")
            try:
                data = data[self.socket.send(data, DONTWAIT) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise Gone(f"the peer is gone: {error.strerror}") from None

    def receive_into(self, view, timeout):
        """Reads into `view`, waiting for the first byte; 0 at the end of the connection. Raises Gone, TimeoutError."""
        while True:
            try:
                return self.socket.recv_into(view, len(view), DONTWAIT)
            except BlockingIOError:
                if not wait_for(self.fd, READ, timeout):
                    raise TimeoutError(f"no byte of the body for {timeout:g} s (`socket-timeout`)") from None
            except OSError as error:
                raise Gone(f"the peer is gone: {error.strerror}") from None

    @property
    def begun(self):
        """Whether something of its next request has been read, or an answer is held."""
        return bool(self.at < len(self.buffer) or self.skip or self.packet is not None or self.held)

    def end(self):
        """Ends the sending side: what the peer still sends is to be read and dropped."""
        self.state = "lingering"
        self.last = time.monotonic()
        self.shut(socket.SHUT_WR)

    def shut(self, how):
        """shutdown(2), of a peer that may be gone."""
        try:
            self.socket.shutdown(how)
        except OSError:
            pass

    def reset_on_close(self):
        """Makes the end of the connection an error for the peer (on TCP), where a mere end would say that all is well."""
        self.held.clear()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self):
        self.state = "closed"
        self.held.clear()
        self.socket.close()

    def name(self):
        return f"{self.peer[0]}:{self.peer[1]}" if isinstance(self.peer, tuple) else "unix socket"
