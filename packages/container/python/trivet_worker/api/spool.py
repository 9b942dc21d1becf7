"""`spool()` and what else an application sees of the spooler; the process that works on the tasks is spooler.py."""

import os
from typing import Any, Callable, Dict, List, Optional

from .client import ApiUnavailable
from .context import Context, to_bytes, to_text
from .spool_file import BrokenTask, Task, decode, scan, write

OK = -2
RETRY = -1
IGNORE = 0


def functions(context: Context) -> Dict[str, Callable[..., Any]]:
    folders: List[str] = context.shared.get("spoolers", [])

    def spool(*args: Any, **more: Any) -> bytes:
        """Stores a task; returns the path of its file."""
        given = args[0] if args else more
        if not isinstance(given, dict):
            raise ValueError("The argument of spooler callable must be a dictionary")
        values = {to_text(key, "a key"): value for key, value in given.items()}
        body = values.pop("body", None)
        folder = _folder(folders, values.pop("spooler", None))
        priority = int(values.pop("priority", 0) or 0)
        at = float(values.pop("at", 0) or 0)
        vars = {key.encode(): _value(value) for key, value in values.items()}
        path = write(folder, Task(vars, None if body is None else to_bytes(body, "the body")), priority, at)
        try:
            context.client.call("spooled")
        except ApiUnavailable:
            # The spooler finds it by itself, a little later.
            pass
        return path.encode()

    def get_task(path: Any) -> Optional[Dict[Any, bytes]]:
        try:
            with open(path, "rb") as file:
                return as_dictionary(to_text(path, "the path"), decode(file.read()))
        except (OSError, BrokenTask):
            return None

    return {
        "spool": spool,
        "send_to_spooler": spool,
        "spooler_dir": lambda: folders[0].encode(),
        "spooler_jobs": lambda: [path.encode() for path in scan(folders[0])],
        "spooler_get_task": get_task,
        "spooler_pid": lambda: (context.client.call("spooler_pids") or [0])[0],
        "spooler_pids": lambda: context.client.call("spooler_pids"),
        "set_spooler_frequency": lambda seconds: context.shared.update(spoolerFrequency=seconds),
    }


def as_dictionary(path: str, task: Task) -> Dict[Any, bytes]:
    """A task as uWSGI gives it to `uwsgi.spooler`: its own keys are bytes, those of the spooler text."""
    found: Dict[Any, bytes] = {**task.vars, "spooler_task_name": path.encode()}
    if task.body is not None:
        found["body"] = task.body
    return found


def _folder(folders: List[str], wanted: Any) -> str:
    if wanted is None:
        return folders[0]
    path = os.path.abspath(to_text(wanted, "the spooler"))
    if path not in folders:
        raise ValueError(f"there is no spooler `{path}`, only {', '.join(folders)}")
    return path


def _value(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
