"""ASGI's lifespan: the application starts before the first request, and ends after the last.

An application that raises before it has looked at the first message does not know the protocol, and is served without
it (Django 3.2 is one). One that raises after, or answers `lifespan.startup.failed`, cannot start.
"""

import asyncio
from typing import Any, Dict, Optional

from .errors import LifespanFailed
from .http import own_traceback
from .recognise import Application, Message
from .scope import SPEC

#: Seconds that an application gets to end.
SHUTDOWN_TIMEOUT = 30.0


class Lifespan:
    def __init__(self, application: Application) -> None:
        self._application = application
        self._inbox: "asyncio.Queue[Message]" = asyncio.Queue()
        self._answers: "asyncio.Queue[Message]" = asyncio.Queue()
        self._task: "Optional[asyncio.Task[None]]" = None
        self._asked = False
        #: What the application keeps for its requests; each gets a copy of the dictionary.
        self.state: Dict[str, Any] = {}

    async def startup(self) -> bool:
        """Whether the application knows the protocol; raises LifespanFailed when it cannot start."""
        scope = {"type": "lifespan", "asgi": SPEC, "state": self.state}
        self._inbox.put_nowait({"type": "lifespan.startup"})
        self._task = asyncio.get_running_loop().create_task(self._run(scope))
        answer = await self._answer()
        if answer is not None and answer.get("type") == "lifespan.startup.complete":
            return True
        if answer is not None:
            raise LifespanFailed(str(answer.get("message") or "the application answered `lifespan.startup.failed`"))
        error = self._task.exception() if not self._task.cancelled() else None
        if self._asked and error is not None:
            raise LifespanFailed(own_traceback(error))
        self._task = None
        self.state.clear()
        return False

    async def shutdown(self) -> Optional[str]:
        """What went wrong at the end, or None."""
        task = self._task
        if task is None:
            return None
        if task.done():
            return _fault(task)
        self._inbox.put_nowait({"type": "lifespan.shutdown"})
        try:
            answer = await asyncio.wait_for(self._answer(), SHUTDOWN_TIMEOUT)
        except asyncio.TimeoutError:
            task.cancel()
            return f"the application did not end within {SHUTDOWN_TIMEOUT:g} s of `lifespan.shutdown`"
        if answer is not None and answer.get("type") == "lifespan.shutdown.failed":
            return str(answer.get("message") or "the application answered `lifespan.shutdown.failed`")
        return _fault(task) if task.done() else None

    async def _run(self, scope: Message) -> None:
        await self._application(scope, self._receive, self._send)

    async def _answer(self) -> Optional[Message]:
        """The application's next message; None when it has ended without one."""
        assert self._task is not None
        waiting = asyncio.ensure_future(self._answers.get())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            return waiting.result()
        waiting.cancel()
        return None if self._answers.empty() else self._answers.get_nowait()

    async def _receive(self) -> Message:
        self._asked = True
        return await self._inbox.get()

    async def _send(self, message: Message) -> None:
        self._answers.put_nowait(message)


def _fault(task: "asyncio.Task[None]") -> Optional[str]:
    error = None if task.cancelled() else task.exception()
    return None if error is None else own_traceback(error)
