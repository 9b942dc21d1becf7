"""One core: a loop that accepts, reads packets and answers them, one request at a time. A worker has one per thread.

    new --accept--> vars --packet--> [body, if small] --> call --acknowledged--> idle --> vars ...
                     |                                      |
                     +-- refused, or not acknowledged ------+--> lingering or closed

A connection that is not to be kept is not acknowledged, so that nothing is lost with it; connections.py has the rest of
their life.
"""

import select
import time

from .api.context import here
from .connection import Connection, Gone
from .connections import SEND_TIMEOUT, Connections
from .keepalive import HELD, UNREAD_BODY, WORK_AHEAD, Acknowledgement, ServiceTime
from .packet import PING, PONG
from .poller import READ, make_poller
from .refusal import Refused

#: Bodies up to this size are waited for before the application is called.
SMALL_BODY = 65536
#: Seconds between two looks for a core that is free: to hand a connection over costs as much as some short calls.
SHARING = 0.005
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
        self._orders = set()
        self.held = Connections(self._poller, settings.socket_timeout, complain)
        #: Set before it runs.
        self.watcher = None
        self._handover = None
        #: Where this core shows that it waits: a byte of the handover's, else one that nobody looks at.
        self._free = bytearray(1)
        self._free_at = 0
        self._shared = 0.0
        self._published = 0.0
        #: Figures of this core: seconds in calls, bytes of answers, exceptions.
        self.running = 0.0
        self.sent = 0
        self.exceptions = 0
        #: What the application adds to the log line of the request at hand.
        self.log_variables = {}

    @property
    def connections(self):
        return len(self.held.by_fd)

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
        return [connection for connection in list(self.held.by_fd.values()) if connection is not self.connection]

    # What the worker says to it.

    def listen(self, listeners):
        for listener in listeners:
            self._listeners[listener.fileno()] = listener
            self._poller.add_listener(listener.fileno())

    def share(self, handover, number):
        """Takes the connections that other cores let go; `number` is its own among all of them."""
        self._handover = handover
        self._poller.add_listener(handover.fileno())
        if 0 <= number < len(handover.free):
            self._free = handover.free
            self._free_at = number

    def watch(self, fd, ready, orders=False):
        """Calls `ready` when a descriptor that is none of the core's own can be read; `orders`: inside a call that waits, too."""
        self._watched[fd] = ready
        self._poller.add(fd)
        if orders:
            self._orders.add(fd)

    def unwatch(self, fd):
        self._orders.discard(fd)
        if self._watched.pop(fd, None) is not None:
            self._poller.remove(fd)

    def drain(self):
        """From the core's own thread: accepts no more, and lets `run` return when the last connection is gone."""
        if self.draining:
            return
        self.draining = True
        self.held.drain()
        self.close_websocket()
        for fd in self._listeners:
            self._poller.remove(fd)
        self._listeners.clear()
        if self._handover is not None:
            self._poller.remove(self._handover.fileno())

    def close_websocket(self):
        """From the core's own thread: the one at hand, if there is one, ends, as the server goes."""
        if self.websocket is not None:
            self.websocket.leave()

    def pause(self):
        """Serves nothing more until `resume`; a request that is at hand goes on."""
        self.paused = True

    def resume(self):
        self.paused = False

    def _wait_until_resumed(self):
        """What watches descriptors of its own goes on."""
        poller = make_poller()
        try:
            for fd in self._watched:
                poller.add(fd)
            while self.paused and not self.draining:
                for fd, _ in poller.poll(-1):
                    if fd in self._watched:
                        self._watched[fd]()
        finally:
            poller.close()

    def wait(self, fd, seconds):
        """From inside a call: whether a descriptor can be read in time. Meanwhile the worker may say that it is to end."""
        poll = select.poll()
        for watched in (fd, *self._orders):
            poll.register(watched, READ)
        ready = [found for found, _ in poll.poll(seconds * 1000)]
        for order in self._orders:
            if order in ready:
                self._watched[order]()
        return bool(ready)

    def run(self):
        """Serves until it has been drained."""
        here.core = self
        poll = self._poller.poll
        connections = self.held.by_fd
        free, number = self._free, self._free_at
        swept = 0.0
        while not self.draining or self._has_left():
            if self.paused and not self.draining:
                self._wait_until_resumed()
            free[number] = not self.draining
            events = poll(REST if self._published else -1 if not connections else 0.1 if self.draining else 1.0)
            free[number] = 0
            if len(events) > 1 and self._handover is not None:
                self._share_out(events)
            if self._published and not events:
                self._rest()
            for fd, _ in events:
                connection = connections.get(fd)
                if connection is not None:
                    self._ready(connection)
                elif fd in self._listeners:
                    self._begin(self.held.accept(self._listeners[fd]))
                elif self._handover is not None and fd == self._handover.fileno():
                    self._take()
                elif fd in self._watched:
                    self._watched[fd]()
            if connections:
                now = time.monotonic()
                if now - swept > (0.1 if self.draining else 0.5):
                    swept = now
                    self.held.sweep(now)

    # Requests.

    def _take(self):
        """False when there is none."""
        taken = self._handover.take()
        if taken is None:
            return False
        self._begin(Connection(*taken))
        return True

    def _has_left(self):
        """While draining: whether connections are left, those included that wait for a core and may find no other."""
        while self._handover is not None and self._take():
            pass
        return bool(self.held.by_fd)

    def _share_out(self, events):
        """Lets go of connections that would wait here, one for each core that has nothing to do."""
        now = time.monotonic()
        if self.draining or now - self._shared < SHARING:
            return
        self._shared = now
        left = self._handover.count_free()
        # The first is this core's own.
        for fd, _ in events[1:]:
            connection = self.held.by_fd.get(fd)
            if left == 0:
                return
            if connection is None:
                continue
            with self.held.lock:
                if connection.state == "idle" and not connection.begun and self._handover.give(fd):
                    self.held.given(connection)
                    left -= 1

    def _begin(self, connection):
        """A new connection, if there is one: it may have brought a request."""
        if connection is None:
            return
        self._ready(connection)
        if connection.state not in ("closed", "detached", "given"):
            self.held.keep(connection)

    def _ready(self, connection):
        """Something came, or the peer is gone."""
        held = self.held
        if connection.state == "lingering":
            return held.linger(connection)
        came = held.fill(connection)
        if came:
            connection.last = time.monotonic()
            try:
                self._serve(connection)
                connection.flush(self.send_timeout)
            except Refused as refused:
                held.refuse(connection, refused)
            except Gone as gone:
                held.complain(connection, f"broken: {gone}")
                held.forget(connection)
            if self.log is not None:
                self.log.flush()
        elif came is None:
            held.ended(connection)

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
                    return self.held.finish(connection)
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

    # What a response asks, and tells.

    def acknowledge(self, connection, nonce, unread):
        """The header's line, or nothing: then the connection ends with this answer."""
        if self.draining or unread > UNREAD_BODY:
            return None
        if not self.held.may_stay(connection, self.service.average):
            return None
        return self._acknowledgement.line(nonce, self.service.depth)

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
            self.held.close(connection)
        else:
            self.held.finish(connection)

    def failed(self, text, counts=True):
        if counts:
            self.exceptions += 1
        self.complain(text.rstrip("\n"))
