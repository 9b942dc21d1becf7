"""What the functions of the module know about their process."""

import threading
from typing import Any, Callable, Dict, Optional

from ..posts import Posts
from .client import Client

#: The core that serves in this thread, while there is one; set by core.py.
here = threading.local()


class NoRequest(RuntimeError):
    """A function that concerns the request at hand was called where there is none."""


class Context:
    """`shared`: the member `api` of the payload, which the container's master gives."""

    def __init__(self, worker: Any, shared: Dict[str, Any]) -> None:
        self.worker = worker
        self.settings = worker.settings
        self.shared = shared
        self.role: str = shared.get("role", "worker")
        self.posts = Posts()
        self.client = Client(
            shared.get("place"), lambda: {"role": self.role, "number": self.number, "epoch": shared.get("epoch", 0)}
        )
        #: Run in each process that serves or works, once the application is loaded; `uwsgi.post_fork_hook` first.
        self.forked: "list[Callable[[], None]]" = []

    @property
    def number(self) -> int:
        """From 1: which worker, mule or spooler it is; known once it has been forked."""
        return self.worker.slot + 1

    @property
    def worker_id(self) -> int:
        return self.number if self.role in ("worker", "zygote") else 0

    @property
    def mule_id(self) -> int:
        return self.number if self.role == "mule" else 0

    @property
    def options(self) -> Dict[str, Any]:
        return self.shared.get("options", {})

    def core(self) -> Any:
        """The core whose request is at hand; raises NoRequest."""
        core: Optional[Any] = getattr(here, "core", None)
        if core is None or core.packet is None:
            raise NoRequest("there is no WSGI request at hand in this thread")
        return core


def to_bytes(value: Any, what: str) -> bytes:
    """Text as UTF-8, bytes as they are, as uWSGI's functions take both."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"{what} must be str or bytes, got {type(value).__name__}")


def to_text(value: Any, what: str) -> str:
    return to_bytes(value, what).decode("utf-8", "replace")
