"""A thread that looks at the cores while their calls run, since a core that is in a call cannot look at anything.

It lets go of the connections of a core whose call takes long: whoever uses one of them would wait for that call, while
another core may be free. An idle one is closed; one with requests that may be sent again is closed too, and its client
sends them elsewhere (KEEPALIVE.md, section 5). One that has brought anything else waits.

It sleeps without a timer while nothing happens, and costs a call one look at `asleep`.
"""

import socket
import threading
import time

from .keepalive import SAFE, SLOW
from .refusal import Refused

PEEK = socket.MSG_PEEK | socket.MSG_DONTWAIT


class Watch:
    """`harakiri` is asked about each running call, and told when there is none; or None."""

    def __init__(self, cores, reader, harakiri=None):
        self._cores = cores
        self._reader = reader
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
                if self._harakiri is not None:
                    self._harakiri.rest()
                self._event.clear()
                self.asleep = True
                # A call may have begun before it could see that.
                if not self._busy():
                    self._event.wait()
                self.asleep = False
            self._seen = seen
            time.sleep(SLOW)
            if self._harakiri is not None and not self._busy():
                self._harakiri.rest()
            for core in self._cores:
                began = core.started
                if began:
                    self._look(core, began)

    def _busy(self):
        return any([core.started for core in self._cores])

    def _look(self, core, began):
        took = time.monotonic() - began
        if took > SLOW:
            for connection in core.others():
                if core.started == began and self._may_go(connection):
                    connection.shed()
        if self._harakiri is not None:
            self._harakiri(core, took)

    def _may_go(self, connection):
        """Whether nothing is lost when it is closed."""
        if connection.state not in ("idle", "kept"):
            return False
        try:
            data = connection.socket.recv(65536, PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        at = 0
        while at < len(data):
            try:
                packet = self._reader.read(data, at)
            except Refused:
                return False
            if packet is None or packet.length or packet.nonce is None or packet.vars.get("REQUEST_METHOD") not in SAFE:
                return False
            at += 4 + packet.size
        return bool(data)
