"""A mule or a spooler: a process beside the workers that has loaded the application and serves nothing.

Its main thread is the application's; another follows the master. A mule that runs a program of its own is ended when
its master says so, since nobody knows when it has a moment; the others end after what they do.
"""

import os
import runpy
import sys
import threading
import traceback
from typing import Any, Callable, Optional

from .module import Api
from .spooler import Spooler


def live(worker: Any) -> None:
    """Does the work of the process; returns when it is to end."""
    api: Api = worker.api
    role = api.context.role
    end = threading.Event()
    companion = run_spooler if role == "spooler" else run_mule
    stop: "list[Optional[Callable[[], None]]]" = [None]

    def drain() -> None:
        end.set()
        if stop[0] is None:
            # In the middle of something that has no end.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
        stop[0]()

    worker.on_drain = drain
    threading.Thread(target=follow, args=(worker,), name="trivet-control", daemon=True).start()
    worker.ready()
    companion(api, end, stop)


def follow(worker: Any) -> None:
    """Reads the control connection to its end."""
    while not worker.orphaned:
        worker.receive()


def run_mule(api: Api, end: threading.Event, stop: Any) -> None:
    files = api.context.shared.get("muleFiles", [])
    file = files[api.context.number - 1] if api.context.number <= len(files) else None
    if file:
        sys.path.insert(0, os.path.dirname(file))
        runpy.run_path(file, run_name="__main__")
        return
    stop[0] = lambda: None
    while not end.is_set():
        # In short turns, so that its end is seen; messages that come between wait.
        message = api.mules.receive(timeout=0.5)
        for hook in api.mules.hooks if message is not None else ():
            try:
                hook(message)
            except Exception:
                traceback.print_exc()


def run_spooler(api: Api, end: threading.Event, stop: Any) -> None:
    shared = api.context.shared
    folder = shared["spoolers"][(api.context.number - 1) // max(1, shared.get("spoolerProcesses", 1))]
    os.makedirs(folder, exist_ok=True)
    spooler = Spooler(api.context, folder, lambda: api.module.__dict__.get("spooler"))
    stop[0] = spooler.stop
    # Signals, and news of tasks, come on the same connection.
    api.context.client.listen(lambda event: spooler.wake() if event == "spooled" else take(api, spooler, event))
    spooler.run()


def take(api: Api, spooler: Spooler, event: Any) -> None:
    api.signals.take(event)
    spooler.wake()
