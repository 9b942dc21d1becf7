"""The control connection to the master: one JSON object per line, in both directions (WORKER.md)."""

import json
import os
import socket
import threading

VERSION = 1


class MasterGone(Exception):
    """Nobody answers on the control socket, or it is refused."""


class Control:
    """Joins the master and talks to it. `send` may be called from any thread; `receive` is for the one that polls it."""

    def __init__(self, path, token):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        self._lock = threading.Lock()
        self._held = b""
        self.path = path
        self._early = []
        self.send("hello", version=VERSION, token=token, pid=os.getpid())

    def fileno(self):
        return self._socket.fileno()

    def start(self):
        """Waits for the answer to hello."""
        while not self._early:
            messages = self._receive()
            if messages is None:
                raise MasterGone("the master closed the control connection")
            self._early.extend(messages)
        message = self._early.pop(0)
        if message["type"] == "refused":
            raise MasterGone(message.get("message", "the master refused"))
        if message["type"] != "start" or message.get("version") != VERSION:
            raise MasterGone(f"expected `start` of version {VERSION} from the master, got `{message['type']}`")
        return message

    def send(self, type, **members):
        """Says something; a master that is gone is told by `receive`."""
        line = json.dumps({"type": type, **members}).encode() + b"\n"
        with self._lock:
            try:
                self._socket.sendall(line)
            except OSError:
                pass

    def step(self, name):
        self.send("step", name=name)

    def receive(self):
        """The messages that have come, once the descriptor is readable; None at the end of the connection."""
        early, self._early = self._early, []
        return early or self._receive()

    def _receive(self):
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            return None
        *lines, self._held = (self._held + data).split(b"\n")
        return [json.loads(line) for line in lines if line.strip()]

    def close(self):
        self._socket.close()
