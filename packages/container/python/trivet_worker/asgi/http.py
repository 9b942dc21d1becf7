"""One HTTP request: `receive`, `send`, and what becomes of the application's errors.

`receive` gives the body as it comes, then waits for the end: of the client, or of the response. Reading from the client
stops while more than a little waits here unread; `send` waits while the client does not read.
"""

import asyncio
import traceback
from typing import Any, Dict, Optional, Protocol

from .errors import ClientGone, ContractError
from .recognise import Application, Message
from .response import Peer, Response
from .waiters import Waiters

#: Bytes of a body that wait for `receive` before reading from the client stops.
HIGH_WATER = 65536


class Line(Peer, Protocol):
    """What a call needs of its connection beside what its response needs."""

    def pause_body(self, paused: bool) -> None: ...

    async def writable(self) -> None:
        """Returns when the client reads; raises ClientGone."""
        ...


class HttpCall:
    """`left`: bytes of the body that have not come."""

    def __init__(self, line: Line, scope: Dict[str, Any], left: int, chunks: bool) -> None:
        self.scope = scope
        self.response = Response(line, chunks, scope["method"] == "HEAD")
        self._line = line
        self._waiters = Waiters()
        self._body = bytearray()
        self._left = left
        #: The application has been given the end of the body.
        self._told = False
        self._paused = False
        #: The client is gone, or nobody is to be answered any more.
        self.gone = False

    @property
    def starving(self) -> bool:
        """Whether it waits for its client to send: nothing of the body is here, and there is more of it."""
        return self._left > 0 and not self._body and not self.gone

    # What the connection says.

    def feed(self, data: bytes) -> None:
        """A piece of the body."""
        self._left -= len(data)
        self._body += data
        if len(self._body) > HIGH_WATER and not self._paused:
            self._paused = True
            self._line.pause_body(True)
        self._waiters.wake()

    def abandon(self) -> None:
        """The client is gone: `receive` says so, and `send` raises."""
        self.gone = True
        self._waiters.wake()

    # What the application calls.

    async def receive(self) -> Message:
        while True:
            if self.gone or self.response.complete:
                return {"type": "http.disconnect"}
            if not self._told and (self._body or self._left == 0):
                return self._take()
            await self._waiters.wait()

    def _take(self) -> Message:
        body = bytes(self._body)
        self._body = bytearray()
        self._told = self._left == 0
        if self._paused:
            self._paused = False
            self._line.pause_body(False)
        return {"type": "http.request", "body": body, "more_body": not self._told}

    async def send(self, message: Message) -> None:
        if self.gone:
            raise ClientGone()
        self.response.take(message)
        if self.response.complete:
            self._waiters.wake()
        else:
            await self._line.writable()

    async def run(self, application: Application) -> Optional[str]:
        """Calls the application; what went wrong, in words for the log, or None. Raises CancelledError."""
        try:
            await application(self.scope, self.receive, self.send)
        except asyncio.CancelledError:
            raise
        except ContractError as error:
            return str(error)
        except BaseException as error:
            if self.gone and isinstance(error, OSError):
                return None
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                # The master decides when a worker leaves, not a request.
                return f"the application raised {type(error).__name__}\n{own_traceback(error)}"
            return own_traceback(error)
        if self.gone or self.response.complete:
            return None
        what = "no response" if self.response.state == "new" else "a response that is not complete"
        return f"the application returned with {what}"


def own_traceback(error: BaseException) -> str:
    """The traceback from the application's first line on."""
    trace = error.__traceback__
    if trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))
