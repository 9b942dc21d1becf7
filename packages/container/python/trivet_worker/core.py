"""One core: a loop that accepts, reads packets and answers them, one request at a time. A worker has one per thread.

    new --accept--> vars --packet--> [body, if small] --> call --acknowledged--> idle --> vars ...
                     |                                      |
                     +-- refused, or not acknowledged ------+--> lingering or closed

A kept connection never pins a core. While calls are fast it may hold several, since none waits longer than the calls
before it; as soon as they are not, it holds one, and everybody else comes through the listening socket, where the core
that is free takes him. A connection that is not to be kept is not acknowledged, so that nothing is lost with it.
"""

import socket
import threading
import time

from .api.context import here
from .connection import CHUNK, Connection, Gone
from .keepalive import HELD, SLOW, UNREAD_BODY, WORK_AHEAD, Acknowledgement, ServiceTime
from .packet import PING, PONG
from .poller import make_poller
from .refusal import Refused, refusal_answer

#: Connections that a core keeps while its calls are fast.
KEPT = 16
#: One that has been idle for so many seconds may make room for another.
SURPLUS = 1.0
#: Connections that a core holds altogether, those included that have not brought a whole request.
HELD_CONNECTIONS = 256
#: Bodies up to this size are waited for before the application is called.
SMALL_BODY = 65536
#: Seconds a kept connection may be idle: more than the client's 60, so that it is the client who closes.
IDLE_TIMEOUT = 75.0
#: Seconds without progress after which a response that the peer does not read is given up; nginx's.
SEND_TIMEOUT = 60.0
#: Seconds a peer may go on sending after the last answer.
LINGER_TIMEOUT = 5.0
#: Seconds that an idle connection has, from the beginning of the draining, to bring a request that is under way.
DRAIN_MOMENT = 0.5


#: Seconds after which the figures of requests that are over are written; a request that begins is shown at once.
REST = 0.005


class Core:
    """`call(core, connection, packet)` answers one request; see wsgi/call.py."""

    def __init__(self, index, call, reader, worker, log, complain):
        settings = worker.settings
        self.index = index
        self.worker_id = worker.slot + 1
        self.call = call
        self.scoreboard = worker.scoreboard
        self.send_timeout = SEND_TIMEOUT
        self.body_timeout = settings.socket_timeout
        self.log = log
        #: Takes a line about a peer, or about the application.
        self.complain = complain
        self.service = ServiceTime()
        #: Whole responses may be held back for a moment.
        self.holds = True
        self.draining = False
        self.paused = False
        self.requests = 0
        #: The answer at hand, for the watchdog; and when its call began.
        self.response = None
        self.connection = None
        self.packet = None
        #: The WebSocket that the request at hand has become.
        self.websocket = None
        self.started = 0.0
        self.harakiri = settings.harakiri
        self.reader = reader
        self._acknowledgement = Acknowledgement(settings.processes * settings.threads)
        self._poller = make_poller()
        self._listeners = {}
        self._watched = {}
        self._connections = {}
        self._drain_began = 0.0
        #: Held by whoever reads or closes a connection, as the watch may hand one over.
        self.lock = threading.Lock()
        #: Set before it runs.
        self.watcher = None
        self._handover = None
        self._published = 0.0
        #: Figures of this core: seconds in calls, bytes of answers, exceptions.
        self.running = 0.0
        self.sent = 0
        self.exceptions = 0
        #: What the application adds to the log line of the request at hand.
        self.log_variables = {}

    @property
    def connections(self):
        return len(self._connections)

    @property
    def in_flight(self):
        return 1 if self.started else 0

    def request_name(self):
        """`METHOD /path` of the request at hand, for messages."""
        values = self.packet.vars
        path = f"{values.get('SCRIPT_NAME', '')}{values.get('PATH_INFO', '')}"
        return f"{values.get('REQUEST_METHOD')} {path}"

    def others(self):
        """The connections it holds beside the one it serves; for the watch."""
        return [connection for connection in list(self._connections.values()) if connection is not self.connection]

    # What the worker says to it.

    def listen(self, listeners):
        for listener in listeners:
            self._listeners[listener.fileno()] = listener
            self._poller.add_listener(listener.fileno())

    def share(self, handover):
        """Takes the connections that other cores let go."""
        self._handover = handover
        self._poller.add_listener(handover.fileno())

    def watch(self, fd, ready):
        """Calls `ready` when a descriptor that is none of the core's own can be read."""
        self._watched[fd] = ready
        self._poller.add(fd)

    def unwatch(self, fd):
        if self._watched.pop(fd, None) is not None:
            self._poller.remove(fd)

    def drain(self):
        """From the core's own thread: accepts no more, and lets `run` return when the last connection is gone."""
        if self.draining:
            return
        self.draining = True
        self._drain_began = time.monotonic()
        for fd in self._listeners:
            self._poller.remove(fd)
        self._listeners.clear()
        if self._handover is not None:
            self._poller.remove(self._handover.fileno())

    def pause(self):
        """From the core's own thread: serves nothing until `resume`; what watches other descriptors goes on."""
        if self.paused:
            return
        self.paused = True
        poller = make_poller()
        try:
            for fd in self._watched:
                poller.add(fd)
            while self.paused and not self.draining:
                for fd, _ in poller.poll(-1):
                    if fd in self._watched:
                        self._watched[fd]()
        finally:
            self.paused = False
            poller.close()

    def resume(self):
        self.paused = False

    def run(self):
        """Serves until it has been drained."""
        here.core = self
        poll = self._poller.poll
        connections = self._connections
        swept = 0.0
        while not (self.draining and not connections):
            events = poll(REST if self._published else -1 if not connections else 0.1 if self.draining else 1.0)
            if self._published and not events:
                self._rest()
            for fd, _ in events:
                connection = connections.get(fd)
                if connection is not None:
                    self._ready(connection)
                elif fd in self._listeners:
                    self._accept(self._listeners[fd])
                elif self._handover is not None and fd == self._handover.fileno():
                    self._take()
                elif fd in self._watched:
                    self._watched[fd]()
            if connections:
                now = time.monotonic()
                if now - swept > (0.1 if self.draining else 0.5):
                    swept = now
                    self._sweep(now)

    # Connections.

    def _accept(self, listener):
        try:
            accepted, peer = listener.accept()
        except OSError:
            # Another worker was faster, or the peer is gone already.
            return
        if accepted.family != socket.AF_UNIX:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._begin(Connection(accepted, peer))

    def _take(self):
        taken = self._handover.take()
        if taken is not None:
            self._begin(Connection(*taken))

    def _begin(self, connection):
        self._ready(connection)
        if connection.state not in ("closed", "detached", "given"):
            self._keep(connection)

    def _keep(self, connection):
        if connection.fd in self._connections:
            return
        if len(self._connections) >= HELD_CONNECTIONS:
            self._forget(min(self._connections.values(), key=lambda other: other.last))
        self._connections[connection.fd] = connection
        self._poller.add(connection.fd)

    def _forget(self, connection):
        """Closes it."""
        with self.lock:
            if connection.state in ("closed", "given"):
                return
            if self._connections.pop(connection.fd, None) is not None:
                self._poller.remove(connection.fd)
            connection.close()

    def given(self, connection, how=None):
        """For the watch, which holds the lock: another core has it now, or, with `how`, it is shut down."""
        self._connections.pop(connection.fd, None)
        # Closing would not do: the descriptor lives on elsewhere, and would go on to wake this core.
        self._poller.remove(connection.fd)
        if how is not None:
            connection.shut(how)
        connection.close()
        connection.state = "given"

    def detach(self, connection):
        """Hands the socket to the application, for a protocol of its own."""
        connection.flush(self.send_timeout)
        if self._connections.pop(connection.fd, None) is not None:
            self._poller.remove(connection.fd)
        connection.state = "detached"
        return connection.socket, connection.buffer[connection.at :]

    def _ready(self, connection):
        """Something came, or the peer is gone."""
        if connection.state == "lingering":
            return self._linger(connection)
        with self.lock:
            came = connection.fill() if connection.state != "given" else False
        if came:
            connection.last = time.monotonic()
            try:
                self._serve(connection)
                connection.flush(self.send_timeout)
            except Refused as refused:
                self._refuse(connection, refused)
            except Gone as gone:
                self._complain(connection, f"broken: {gone}")
                self._forget(connection)
            if self.log is not None:
                self.log.flush()
        elif came is None:
            self._ended(connection)

    def _ended(self, connection):
        if connection.state in ("vars", "body"):
            if connection.state == "body":
                left = connection.packet.length - (len(connection.buffer) - connection.at)
                refused = Refused("cut-body", f"the body ends {left} bytes short of its CONTENT_LENGTH")
            else:
                refused = Refused("cut-packet", "the connection ends inside a packet")
            return self._refuse(connection, refused)
        self._forget(connection)

    def _serve(self, connection):
        """Answers every request that is here whole."""
        read = self.reader.read
        while True:
            packet = connection.packet
            if packet is None:
                if connection.skip:
                    self._skip(connection)
                packet = read(connection.buffer, connection.at)
                if packet is None:
                    connection.state = "idle" if connection.at >= len(connection.buffer) else "vars"
                    return
                connection.at += 4 + packet.size
                if packet.modifier1 == PING:
                    connection.hold(PONG)
                    return self._finish(connection)
            if 0 < packet.length <= SMALL_BODY and len(connection.buffer) - connection.at < packet.length:
                connection.packet = packet
                connection.state = "body"
                return
            connection.packet = None
            self._call(connection, packet)
            if connection.state != "kept":
                return

    def _call(self, connection, packet):
        began = time.monotonic()
        if connection.held and (connection.held_size > HELD or began - connection.held_since > WORK_AHEAD):
            connection.flush(self.send_timeout)
        self.response = None
        self.connection = connection
        self.packet = packet
        self.started = began
        if self.watcher.asleep:
            self.watcher.wake()
        if began - self._published > WORK_AHEAD:
            self._publish(began)
        self.call(self, connection, packet)
        self.started = 0.0
        self.connection = None
        took = time.monotonic() - began
        self.holds = self.service.add(took) < WORK_AHEAD
        self.running += took
        if connection.held and not self.holds:
            connection.flush(self.send_timeout)

    def _publish(self, began):
        """Shows the request in the scoreboard, once per batch: the neighbours in it begin within a millisecond."""
        self._published = began
        now = time.time()
        text = self.request_name().encode("latin-1", "replace")
        deadline = now + self.harakiri if self.harakiri else 0.0
        self.scoreboard.begin(self.index, now, self.requests, deadline, text)

    def _rest(self):
        """No request is at hand, and none has come for a while."""
        self._published = 0.0
        self.scoreboard.end(self)

    def _skip(self, connection):
        """Reads away what the application left of a body."""
        size = min(connection.skip, len(connection.buffer) - connection.at)
        connection.at += size
        connection.skip -= size

    def _refuse(self, connection, refused):
        self._complain(connection, f"remote broke a rule [{refused.code}]: {refused}; answered {refused.status}")
        connection.hold(refusal_answer(refused))
        self._finish(connection)

    def _finish(self, connection):
        """After the last answer: the sending side is closed, and what the peer still sends is read and dropped."""
        try:
            connection.flush(self.send_timeout)
        except Gone:
            return self._forget(connection)
        connection.end()
        self._keep(connection)

    def _linger(self, connection):
        connection.buffer = b""
        connection.at = 0
        while True:
            came = connection.fill()
            if came is None:
                return self._forget(connection)
            if not came or len(connection.buffer) < CHUNK:
                return None

    def _sweep(self, now):
        """Ends what has waited too long."""
        for connection in list(self._connections.values()):
            waited = now - connection.last
            state = connection.state
            if state == "lingering":
                if waited > LINGER_TIMEOUT:
                    self._forget(connection)
            elif state in ("idle", "new", "kept"):
                moment = DRAIN_MOMENT if self.draining else IDLE_TIMEOUT
                if (now - self._drain_began if self.draining else waited) > moment:
                    self._forget(connection)
            elif waited > self.body_timeout:
                what = "body" if state == "body" else "vars"
                self._refuse(
                    connection,
                    Refused("timeout", f"no byte of the {what} for {self.body_timeout:g} s (`socket-timeout`)"),
                )

    def _complain(self, connection, text):
        self.complain(f"uwsgi: {connection.name()}: {text}")

    # What a response asks, and tells.

    def acknowledge(self, connection, nonce, unread):
        """The header's line, or nothing: then the connection ends with this answer."""
        if self.draining or unread > UNREAD_BODY:
            return None
        if connection.fd not in self._connections:
            room = KEPT if self.service.average < SLOW else 1
            if len(self._connections) >= room and not self._make_room():
                return None
        return self._acknowledgement.line(nonce, self.service.depth)

    def _make_room(self):
        before = time.monotonic() - SURPLUS
        for connection in self._connections.values():
            if connection.state == "idle" and connection.last < before:
                self._forget(connection)
                return True
        return False

    def finished(self, connection, packet, environ, response, body):
        """A call is over, its answer sent or held."""
        self.requests += 1
        self.sent += response.head_size + response.sent
        if self.log is not None:
            self.log.add(self, packet, environ, response)
        elif self.log_variables:
            self.log_variables.clear()
        if connection.state in ("detached", "closed"):
            return
        unread = 0 if body is None else body.left
        if response.kept and unread <= UNREAD_BODY:
            connection.skip = unread
            connection.state = "kept"
            return
        if unread == 0 and connection.at >= len(connection.buffer):
            # Nothing of the peer's is unread, so that closing cannot reset the connection.
            try:
                connection.flush(self.send_timeout)
            except Gone:
                pass
            self._forget(connection)
        else:
            self._finish(connection)

    def failed(self, text, counts=True):
        if counts:
            self.exceptions += 1
        self.complain(text.rstrip("\n"))

    def cut(self, connection, reset):
        """Ends a connection inside an answer. `reset`: a mere end would look like the end of the answer."""
        if reset:
            connection.reset_on_close()
        else:
            try:
                connection.flush(self.send_timeout)
            except Gone:
                pass
        self._forget(connection)
