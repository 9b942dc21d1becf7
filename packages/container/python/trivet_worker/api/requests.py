"""What concerns the request at hand: log variables, the connection, its time."""

import os
import sys
import threading
import traceback
from typing import Any, Callable, Dict, Optional

from ..refusal import plain_answer
from ..request_log import LogFile, OneRequestLog
from .context import Context, here, to_text


def functions(context: Context) -> Dict[str, Callable[..., Any]]:
    def set_logvar(key: Any, value: Any) -> None:
        context.core().log_variables[to_text(key, "the name")] = to_text(value, "the value")

    def get_logvar(key: Any) -> Optional[bytes]:
        value = context.core().log_variables.get(to_text(key, "the name"))
        return None if value is None else value.encode()

    def disconnect() -> None:
        """What has been answered is all: the client gets it, and the application goes on."""
        core = context.core()
        core.response.kept = False
        core.connection.flush(core.send_timeout)
        core.connection.end()

    def add_var(key: Any, value: Any) -> bool:
        context.core().packet.vars[to_text(key, "the name")] = to_text(value, "the value")
        return True

    def sendfile(path: Any, *args: Any) -> Any:
        """The file as a body, for the application to return."""
        from ..wsgi.file_wrapper import FileWrapper

        return FileWrapper(open(path, "rb"))

    return {
        "set_logvar": set_logvar,
        "get_logvar": get_logvar,
        "add_var": add_var,
        "request_id": lambda: context.core().requests,
        "connection_fd": lambda: context.core().connection.fd,
        "cl": lambda: context.core().packet.length,
        "disconnect": disconnect,
        "sendfile": sendfile,
        "log_this_request": LogThis(context).ask,
        "set_user_harakiri": UserHarakiri().set,
    }


class LogThis:
    """The line of the request at hand, also where requests have none."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._file: Optional[LogFile] = None

    def ask(self) -> None:
        core = self._context.core()
        if core.log is None:
            worker = self._context.worker
            if self._file is None:
                self._file = LogFile(worker.settings.log_file)
                worker.handlers.setdefault("reopen", lambda message: self._reopen())
            core.log = OneRequestLog(worker.settings.log, self._file)
        core.log.ask()

    def _reopen(self) -> None:
        if self._file is not None:
            self._file.reopen()


class UserHarakiri:
    """A time for the code that follows, per thread: when it is over the client gets 504, and the process says where it
    is stuck and ends."""

    def __init__(self) -> None:
        self._timers: Dict[int, threading.Timer] = {}

    def set(self, seconds: float = 0) -> None:
        thread = threading.get_ident()
        timer = self._timers.pop(thread, None)
        if timer is not None:
            timer.cancel()
        if seconds > 0:
            timer = threading.Timer(seconds, self._end, (thread, seconds, getattr(here, "core", None)))
            timer.daemon = True
            self._timers[thread] = timer
            timer.start()

    def _end(self, thread: int, seconds: float, core: Any) -> None:
        frame = sys._current_frames().get(thread)
        where = "".join(traceback.format_stack(frame)) if frame is not None else ""
        os.write(2, f"user harakiri after {seconds:g} s, stuck at\n{where}".encode("utf-8", "backslashreplace"))
        if core is not None and core.started and core.response is not None and not core.response.started:
            try:
                core.connection.socket.send(plain_answer(504, "the application took too long (`set_user_harakiri`)"))
            except OSError:
                # The client is gone.
                pass
        os._exit(1)
