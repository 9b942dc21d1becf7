"""What a process can ask about itself, its neighbours and its server."""

import os
import socket
import struct
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from .context import Context, to_text

Functions = Dict[str, Callable[..., Any]]

#: uWSGI's line of versions whose behaviour this is; applications compare it with what they need.
VERSION = (2, 0, 0, 0, b"trivet")


def functions(context: Context) -> Functions:
    call = context.client.call

    def workers() -> Tuple[Dict[str, Any], ...]:
        """One dictionary for each worker."""
        return tuple({**worker, "status": worker["status"].encode()} for worker in call("workers"))

    def accepting(wanted: int = 1) -> None:
        """uWSGI notes it for chain reloads, which here wait for a worker that is ready."""
        if not wanted:
            raise ValueError("a worker that is ready accepts: be ready later instead, or pause the container by its FIFO")

    def log(line: Any) -> bool:
        sys.stderr.write(f"{to_text(line, 'the line')}\n")
        sys.stderr.flush()
        return True

    return {
        "worker_id": lambda: context.worker_id,
        "mule_id": lambda: context.mule_id,
        "masterpid": lambda: context.shared.get("masterPid", 0),
        "workers": workers,
        "total_requests": lambda: call("total_requests"),
        "reload": lambda: call("reload") or None,
        "stop": lambda: call("stop") or None,
        "log": log,
        "mem": memory,
        "micros": lambda: int(time.time() * 1e6),
        "setprocname": lambda name: set_process_name(to_text(name, "the name")),
        "listen_queue": lambda index=0: listen_queue(context.worker.listeners, index),
        "i_am_the_spooler": lambda: True if context.role == "spooler" else None,
        "i_am_the_lord": lambda *args: None,
        "in_farm": lambda *args: None,
        "logsize": lambda: log_size(context.settings.log_file),
        "parsefile": parse_file,
        "accepting": accepting,
        "ready": lambda: True,
    }


def attributes(context: Context) -> Dict[str, Any]:
    settings = context.settings
    return {
        "version": b"2.0.0-trivet",
        "version_info": VERSION,
        "hostname": socket.gethostname().encode(),
        "numproc": settings.processes,
        "cores": settings.threads,
        "has_threads": 1,
        "buffer_size": settings.buffer_size,
        "started_on": int(context.shared.get("started", time.time())),
        "opt": {name: option(value) for name, value in context.options.items()},
        "is_a_reload": context.shared.get("epoch", 0) > 0,
        "unbit": None,
        "loop": None,
        "applications": None,
    }


def option(value: Any) -> Any:
    """An option as uWSGI shows it: True, bytes, or a list of them when it is given more than once."""
    if value is True:
        return True
    return [option(one) for one in value] if isinstance(value, list) else str(value).encode()


def memory() -> Tuple[int, int]:
    """Bytes of this process: resident and mapped."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            mapped, resident = file.read().split()[:2]
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return (peak if sys.platform == "darwin" else peak * 1024), 0
    page = os.sysconf("SC_PAGE_SIZE")
    return int(resident) * page, int(mapped) * page


def set_process_name(name: str) -> None:
    """What `ps` shows where it can be set without C: the thread's name on Linux, 15 bytes."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/comm", "wb") as file:
            file.write(name.encode()[:15])
    except OSError:
        # No Linux: the name is a convenience.
        pass


def listen_queue(listeners: List[Any], index: int) -> int:
    """Connections that wait to be accepted; 0 where the system does not tell."""
    if not 0 <= index < len(listeners):
        raise ValueError(f"there is no socket {index}")
    info = getattr(socket, "TCP_INFO", None)
    listener = listeners[index]
    if info is None or listener.family == socket.AF_UNIX:
        return 0
    # tcpi_unacked, which is the backlog for a listening socket (linux/tcp.h).
    return struct.unpack_from("I", listener.getsockopt(socket.IPPROTO_TCP, info, 104), 24)[0]


def log_size(path: Optional[str]) -> int:
    try:
        return os.stat(path).st_size if path else 0
    except OSError:
        return 0


def parse_file(path: Any) -> Optional[Dict[bytes, bytes]]:
    """The vars of a file that holds a uwsgi packet; None when it holds none."""
    try:
        with open(path, "rb") as file:
            head = file.read(4)
            block = file.read(int.from_bytes(head[1:3], "little")) if len(head) == 4 else b""
    except OSError:
        return None
    if len(head) != 4 or head[0] not in (0, 17) or len(block) != int.from_bytes(head[1:3], "little"):
        return None
    found = {}
    at = 0
    while at < len(block):
        pair = []
        for _ in range(2):
            size = int.from_bytes(block[at : at + 2], "little")
            if at + 2 + size > len(block):
                return None
            pair.append(block[at + 2 : at + 2 + size])
            at += 2 + size
        found[pair[0]] = pair[1]
    return found
