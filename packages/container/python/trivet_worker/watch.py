"""A thread that looks at the cores while their calls run, since a core that is in a call cannot look at anything.

It lets go of the connections of a core whose call takes long: whoever uses one of them would wait for that call, while
another core may be free. They are handed over; where there is no way to do that (each worker was started by itself), an
idle one is closed, and so is one whose requests may be sent again: its client sends them elsewhere (KEEPALIVE.md,
section 5).

It sleeps without a timer while nothing happens, and costs a call one look at `asleep`.
"""

import socket
import threading
import time

from .keepalive import SAFE, SLOW
from .refusal import Refused

PEEK = socket.MSG_PEEK | socket.MSG_DONTWAIT


class Watch:
    """`harakiri` is asked about each running call, and told when there is none; or None. `alone`: there is no other core."""

    def __init__(self, cores, alone, handover=None, harakiri=None):
        self._cores = cores
        self._alone = alone
        self._handover = handover
        self._harakiri = harakiri
        self._event = threading.Event()
        self._seen = -1
        self.asleep = False

    def start(self):
        threading.Thread(target=self._run, name="trivet-watch", daemon=True).start()

    def wake(self):
        self.asleep = False
        self._event.set()

    def _run(self):
        while True:
            seen = sum([core.requests for core in self._cores])
            if seen == self._seen and not self._busy():
                self._sleep()
            self._seen = seen
            time.sleep(SLOW)
            if self._harakiri is not None and not self._busy():
                self._harakiri.rest()
            for core in self._cores:
                began = core.started
                if began:
                    self._look(core, began)

    def _sleep(self):
        if self._harakiri is not None:
            self._harakiri.rest()
        self._event.clear()
        self.asleep = True
        # A call may have begun before it could see that.
        if not self._busy():
            self._event.wait()
        self.asleep = False

    def _busy(self):
        return any([core.started for core in self._cores])

    def _look(self, core, began):
        took = time.monotonic() - began
        if took > SLOW and not self._alone:
            for connection in core.others():
                with core.held.lock:
                    if core.started != began:
                        break
                    self._let_go(core, connection)
        if self._harakiri is not None:
            self._harakiri(core, took)

    def _let_go(self, core, connection):
        if connection.state not in ("new", "idle", "kept") or connection.begun:
            return
        if self._handover is not None:
            if self._handover.give(connection.fd):
                core.held.given(connection)
        elif connection.state != "new" and may_go(core.reader, connection.socket):
            core.held.given(connection, socket.SHUT_RDWR)


def may_go(reader, connected):
    """Whether nothing is lost when the connection ends: nothing has come, or only what will be sent again."""
    try:
        data = connected.recv(65536, PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    at = 0
    while at < len(data):
        try:
            packet = reader.read(data, at)
        except Refused:
            return False
        if packet is None or packet.length or packet.nonce is None or packet.vars.get("REQUEST_METHOD") not in SAFE:
            return False
        at += 4 + packet.size
    return bool(data)
