"""Calls to the master: one line of JSON each way, on a connection of its own for each thread that calls.

A connection is made when it is first needed, so that an application that asks for nothing costs nothing; it is made
anew after a fork. Its end lets go of what its thread held (locks) in the master.
"""

import base64
import json
import os
import socket
import threading
from typing import Any, Callable, Dict, Optional

#: Error codes of the master's to exceptions; others are ApiUnavailable.
_errors = {"value": ValueError, "limit": ValueError}


class ApiUnavailable(RuntimeError):
    """The container has no such thing, or nobody answers."""


def encode(value: Any) -> bytes:
    return json.dumps(value, default=_bytes).encode() + b"\n"


def _bytes(value: Any) -> Dict[str, str]:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"b64": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"an object of {type(value).__name__} cannot be sent to the master")


def decode(line: bytes) -> Any:
    return json.loads(line, object_hook=_object)


def _object(value: Dict[str, Any]) -> Any:
    return base64.b64decode(value["b64"]) if value.keys() == {"b64"} else value


class Connection:
    """One connection: a greeting, then calls."""

    def __init__(self, place: Dict[str, Any], greeting: Dict[str, Any]) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(place["path"])
        except OSError as error:
            self._socket.close()
            raise ApiUnavailable(f"the master does not answer: {error.strerror}") from None
        self._file = self._socket.makefile("rb")
        self._socket.sendall(encode({**greeting, "token": place["token"]}))

    def call(self, name: str, args: Any) -> Any:
        try:
            self._socket.sendall(encode({"call": name, "args": args}))
        except OSError as error:
            raise ApiUnavailable(f"the master is gone: {error.strerror}") from None
        answer = self.read()
        if "error" in answer:
            raise _errors.get(answer["code"], ApiUnavailable)(answer["error"])
        return answer.get("value")

    def read(self) -> Any:
        """The next line; raises ApiUnavailable at the end."""
        line = self._file.readline()
        if not line:
            raise ApiUnavailable("the master has closed the connection")
        return decode(line)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Client:
    """`place`: path and token of the master's socket; None where there is no master to ask."""

    def __init__(self, place: Optional[Dict[str, Any]], greeting: Callable[[], Dict[str, Any]]) -> None:
        self._place = place
        self._greeting = greeting
        self._local = threading.local()
        self._listening = False

    def call(self, name: str, *args: Any) -> Any:
        """Raises ValueError for wrong arguments, ApiUnavailable when it cannot be done."""
        connection = self._mine()
        try:
            return connection.call(name, args)
        except ApiUnavailable:
            # One call may have been too large for the master; the next gets a connection of its own.
            self._drop(connection)
            raise

    def listen(self, take: Callable[[Any], None]) -> None:
        """Gives `take` what the master says unasked, in a thread of its own; once per process."""
        if self._listening:
            return
        self._listening = True
        connection = self._open()
        connection.call("listen", [])
        threading.Thread(target=self._follow, args=(connection, take), name="trivet-signals", daemon=True).start()

    def forked(self) -> None:
        """In a child: nothing that was the parent's is used."""
        self._local = threading.local()
        self._listening = False

    def _follow(self, connection: Connection, take: Callable[[Any], None]) -> None:
        while True:
            try:
                message = connection.read()
            except (ApiUnavailable, OSError):
                return
            if "event" in message:
                take(message["event"])

    def _mine(self) -> Connection:
        local = self._local
        if getattr(local, "pid", None) != os.getpid():
            local.connection = self._open()
            local.pid = os.getpid()
        return local.connection

    def _open(self) -> Connection:
        if self._place is None:
            raise ApiUnavailable("there is no master to ask")
        return Connection(self._place, self._greeting())

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._local.pid = None
