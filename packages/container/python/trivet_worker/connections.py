"""The connections of one core: which it keeps, and how each of them ends.

A kept connection never pins a core. While calls are fast it may hold several, since none waits longer than the calls
before it; as soon as they are not, it holds one, and everybody else comes through the listening socket, where the core
that is free takes him. The watch may hand over those of a core that is in a call (watch.py).
"""

import socket
import threading
import time

from .connection import CHUNK, Connection, Gone
from .keepalive import SLOW
from .refusal import Refused, refusal_answer

#: Connections that a core keeps while its calls are fast.
KEPT = 16
#: One that has been idle for so many seconds may make room for another.
SURPLUS = 1.0
#: Connections that a core holds altogether, those included that have not brought a whole request.
HELD_CONNECTIONS = 256
#: Seconds a kept connection may be idle: more than the client's 60, so that it is the client who closes.
IDLE_TIMEOUT = 75.0
#: Seconds without progress after which a response that the peer does not read is given up; nginx's.
SEND_TIMEOUT = 60.0
#: Seconds a peer may go on sending after the last answer.
LINGER_TIMEOUT = 5.0
#: Seconds that an idle connection has, from the beginning of the draining, to bring a request that is under way.
DRAIN_MOMENT = 0.5


class Connections:
    """`complain` takes a line about a peer; `body_timeout` is in seconds."""

    def __init__(self, poller, body_timeout, complain):
        #: By descriptor; a new one is not here before it has to wait.
        self.by_fd = {}
        self.send_timeout = SEND_TIMEOUT
        self.body_timeout = body_timeout
        #: Held by whoever reads or closes a connection, as the watch may hand one over.
        self.lock = threading.Lock()
        self._poller = poller
        self._complain = complain
        #: When draining began, in monotonic seconds; 0 while it has not.
        self._drained = 0.0

    def drain(self):
        """From here on idle ones have a moment."""
        self._drained = time.monotonic()

    def accept(self, listener):
        """A new connection, or None: another worker was faster, or the peer is gone already."""
        try:
            accepted, peer = listener.accept()
        except OSError:
            return None
        if accepted.family != socket.AF_UNIX:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(accepted, peer)

    def fill(self, connection):
        """Reads what is there, as Connection.fill does, unless another core has it now."""
        with self.lock:
            return connection.fill() if connection.state != "given" else False

    # Who stays.

    def keep(self, connection):
        if connection.fd in self.by_fd:
            return
        if len(self.by_fd) >= HELD_CONNECTIONS:
            self.forget(min(self.by_fd.values(), key=lambda other: other.last))
        self.by_fd[connection.fd] = connection
        self._poller.add(connection.fd)

    def may_stay(self, connection, average):
        """Whether there is room for it, when calls take so many seconds on average."""
        if connection.fd in self.by_fd:
            return True
        room = KEPT if average < SLOW else 1
        return len(self.by_fd) < room or self._make_room()

    def _make_room(self):
        before = time.monotonic() - SURPLUS
        for connection in self.by_fd.values():
            if connection.state == "idle" and connection.last < before:
                self.forget(connection)
                return True
        return False

    # Who goes.

    def forget(self, connection):
        """Closes it."""
        with self.lock:
            if connection.state in ("closed", "given"):
                return
            self._let_go(connection)
            connection.close()

    def given(self, connection, how=None):
        """For who holds the lock: another core has it now, or, with `how`, it is shut down."""
        # Closing alone would not do: the descriptor lives on elsewhere, and would go on to wake this core.
        self._let_go(connection)
        if how is not None:
            connection.shut(how)
        connection.close()
        connection.state = "given"

    def detach(self, connection):
        """Gives the socket to the application, for a protocol of its own; with what has come behind the request."""
        connection.flush(self.send_timeout)
        self._let_go(connection)
        connection.state = "detached"
        return connection.socket, connection.buffer[connection.at :]

    def _let_go(self, connection):
        if self.by_fd.pop(connection.fd, None) is not None:
            self._poller.remove(connection.fd)

    def refuse(self, connection, refused):
        self.complain(connection, f"remote broke a rule [{refused.code}]: {refused}; answered {refused.status}")
        connection.hold(refusal_answer(refused))
        self.finish(connection)

    def complain(self, connection, text):
        self._complain(f"uwsgi: {connection.name()}: {text}")

    def finish(self, connection):
        """After the last answer: the sending side is closed, and what the peer still sends is read and dropped."""
        try:
            connection.flush(self.send_timeout)
        except Gone:
            return self.forget(connection)
        connection.end()
        self.keep(connection)

    def close(self, connection):
        """After the last answer, when nothing of the peer's is unread, so that closing cannot reset the connection."""
        try:
            connection.flush(self.send_timeout)
        except Gone:
            pass
        self.forget(connection)

    def linger(self, connection):
        """Something came after the last answer, or the end."""
        connection.buffer = b""
        connection.at = 0
        while True:
            came = connection.fill()
            if came is None:
                return self.forget(connection)
            if not came or len(connection.buffer) < CHUNK:
                return None

    def ended(self, connection):
        """The peer has ended its side."""
        if connection.state == "body":
            left = connection.packet.length - (len(connection.buffer) - connection.at)
            self.refuse(connection, Refused("cut-body", f"the body ends {left} bytes short of its CONTENT_LENGTH"))
        elif connection.state == "vars":
            self.refuse(connection, Refused("cut-packet", "the connection ends inside a packet"))
        else:
            self.forget(connection)

    def cut(self, connection, reset):
        """Ends a connection inside an answer. `reset`: a mere end would look like the end of the answer."""
        if reset:
            connection.reset_on_close()
            self.forget(connection)
        else:
            self.close(connection)

    def sweep(self, now):
        """Ends what has waited too long."""
        for connection in list(self.by_fd.values()):
            waited = now - connection.last
            state = connection.state
            if state == "lingering":
                if waited > LINGER_TIMEOUT:
                    self.forget(connection)
            elif state in ("idle", "new", "kept"):
                if now - self._drained > DRAIN_MOMENT if self._drained else waited > IDLE_TIMEOUT:
                    self.forget(connection)
            elif waited > self.body_timeout:
                what = "body" if state == "body" else "vars"
                limit = f"{self.body_timeout:g} s (`socket-timeout`)"
                self.refuse(connection, Refused("timeout", f"no byte of the {what} for {limit}"))
