"""The file of a spooled task: written whole or not at all, read back whole or refused.

    8 bytes  TVSPOOL1
    u32le    number of vars, then for each: u32le size, key, u32le size, value
    u32le    size of the vars so far, as a check
    the rest is the body

It is written beside its place under a name that no spooler looks at, synced, and renamed. Its modification time is when
it is due; a name's numbers keep the order of arrival. A lower priority goes first, in a folder of its number.
"""

import os
import socket
import struct
import time
from itertools import count
from typing import Dict, Iterator, List, NamedTuple, Optional

MAGIC = b"TVSPOOL1"
PREFIX = "trivet_spoolfile_on_"
#: Bytes of all keys and values; what is larger is a `body`, or a file of the application's.
MAX_VARS = 64 * 1024 * 1024

_numbers = count(1)
_u32 = struct.Struct("<I")


class Task(NamedTuple):
    vars: Dict[bytes, bytes]
    body: Optional[bytes]


class BrokenTask(Exception):
    """A file that is no task, or not all of one."""


def encode(task: Task) -> bytes:
    block = b"".join(_u32.pack(len(part)) + part for pair in task.vars.items() for part in pair)
    if len(block) > MAX_VARS:
        raise ValueError(f"a task of {len(block)} bytes of vars where {MAX_VARS} are allowed")
    return MAGIC + _u32.pack(len(task.vars)) + block + _u32.pack(len(block)) + (task.body or b"")


def decode(data: bytes) -> Task:
    """Raises BrokenTask."""
    if data[:8] != MAGIC or len(data) < 16:
        raise BrokenTask("it does not begin like a task")
    vars: Dict[bytes, bytes] = {}
    at = 12
    try:
        for _ in range(_u32.unpack_from(data, 8)[0]):
            pair: List[bytes] = []
            for _ in range(2):
                size = _u32.unpack_from(data, at)[0]
                if at + 4 + size > len(data):
                    raise BrokenTask("it ends inside a var")
                pair.append(data[at + 4 : at + 4 + size])
                at += 4 + size
            vars[pair[0]] = pair[1]
        if _u32.unpack_from(data, at)[0] != at - 12:
            raise BrokenTask("the size of its vars is not what it says")
    except struct.error:
        raise BrokenTask("it ends before its vars do") from None
    body = data[at + 4 :]
    return Task(vars, body or None)


def write(folder: str, task: Task, priority: int = 0, at: float = 0.0) -> str:
    """Stores a task; returns the path that it has from then on."""
    if priority:
        folder = os.path.join(folder, str(priority))
        os.makedirs(folder, exist_ok=True)
    name = f"{PREFIX}{socket.gethostname()}_{os.getpid()}_{next(_numbers)}_{time.time_ns()}"
    path = os.path.join(folder, name)
    draft = os.path.join(folder, f".{name}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "wb") as file:
            file.write(encode(task))
            file.flush()
            os.fsync(fd)
        if at:
            os.utime(draft, (at, at))
        os.rename(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    return path


def scan(folder: str) -> Iterator[str]:
    """The tasks that are there, those of the lowest priority number first, then the oldest."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return
    priorities = sorted((name for name in names if name.isdigit()), key=int)
    for place in [*(os.path.join(folder, name) for name in priorities), folder]:
        try:
            inside = os.listdir(place)
        except OSError:
            continue
        for name in sorted((name for name in inside if name.startswith(PREFIX)), key=arrival):
            yield os.path.join(place, name)


def arrival(name: str) -> int:
    """When a task was spooled, by its name."""
    last = name.rpartition("_")[2]
    return int(last) if last.isdigit() else 0
