"""A worker's life: joins the master, listens, loads the application, serves it, leaves.

The order is WORKER.md's: the sockets listen before the application is loaded, so that clients queue meanwhile instead
of being refused, whatever happens here.
"""

import gc
import os
import signal
import sys
import threading
import time

from .api.context import Context
from .api.module import Api
from . import autoreload
from .asgi.recognise import is_asgi
from .control import Control, MasterGone
from .environment import PlaceError, enter, take_own_variables
from .handover import Handover
from .listeners import adopt
from .loading import LoadError, describe_failure, load
from .mounts import Mounts
from .orphan import remove_control, remove_sockets
from .scoreboard import open_scoreboard
from .settings import Settings
from .zygote import Zygote, join_as_child

#: Seconds that threads of the application's, which are no daemons, may take after the last request.
EXIT_GRACE = 3.0
#: The application does not load.
LOAD_FAILED = 22


class Worker:
    """What the servers of all interfaces share. A server calls `ready`, hands messages to `receive`, and gives `on_drain`."""

    def __init__(self, control, start):
        self.settings = Settings(start["payload"])
        self.draining = False
        self.orphaned = False
        #: Called once, from whichever thread `receive` is called in.
        self.on_drain = lambda: None
        #: Message type to function: what the contract does not know.
        self.handlers = {}
        self.listeners = []
        #: The object to serve, and its name for messages.
        self.application = None
        self.label = ""
        self.interface = "wsgi"
        #: `import uwsgi`.
        self.api = Api(Context(self, self.settings.shared))
        #: Shared by all cores that descend from this process, when there are several.
        self.handover = None
        self.join(control, start)

    def join(self, control, start):
        """Takes its place among the master's workers; again, in one that was forked."""
        self.control = control
        self.slot = start.get("slot", -1)
        self.generation = start["generation"]
        self.scoreboard = open_scoreboard(start.get("scoreboard"))
        self.zygote = start.get("role") == "zygote"
        if self.zygote or self.settings.threads > 1:
            self.handover = self.handover or Handover()
        self._drain_timeout = start.get("drainTimeout")
        self._descriptions = start["listeners"]

    def listen(self):
        self.control.step("listen")
        self.listeners = self.listeners or adopt(self._descriptions)
        for listener, description in zip(self.listeners, self._descriptions):
            listener.listen(description["backlog"])

    def load(self):
        """Raises what the application raises."""
        enter(self.settings)
        self.api.install()
        self.control.step("load application")
        root = None if self.settings.application is None else load(self.settings.application)
        mounted = [(mount["prefix"], load(mount["application"])) for mount in self.settings.mounts]
        self.label = ", ".join(
            ([] if root is None else [root.label]) + [f"{loaded.label} at {prefix or '/'}" for prefix, loaded in mounted]
        )
        self.application = None if root is None else root.application
        self.interface = self.settings.interface or ("asgi" if root is not None and is_asgi(root.application) else "wsgi")
        if mounted:
            if self.interface == "asgi" or any(is_asgi(loaded.application) for _, loaded in mounted):
                raise LoadError("`mount` is for WSGI applications: ASGI's have mounts of their own")
            applications = [(prefix, loaded.application) for prefix, loaded in mounted]
            self.application = Mounts(applications, self.application, self.settings.manage_script_name)
        # What was made while loading stays: the collector need not look at it again and again, and where processes
        # share it, must not touch it.
        gc.collect()
        gc.freeze()

    def ready(self):
        if self.settings.autoreload and self.slot == 0:
            autoreload.start(self.settings.autoreload, self.api.module.reload)
        self.api.forked()
        self.announce()

    def announce(self):
        self.scoreboard.state = 2
        self.scoreboard.publish()
        self.control.send(
            "ready",
            info={"application": self.label, "interface": self.interface, "language": f"Python {python_version()}"},
        )

    def receive(self):
        """Reads the control connection; for when it is readable."""
        messages = self.control.receive()
        if messages is None:
            return self.orphan()
        for message in messages:
            self.handle(message)

    def handle(self, message):
        kind = message.get("type")
        if kind == "drain":
            self.drain()
        elif kind == "ping":
            self.control.send(**{**message, "type": "pong"})
        elif kind in self.handlers:
            self.handlers[kind](message)

    def drain(self):
        """Leaves once the running requests are done: told by the master, by a signal, or by itself."""
        if self.draining:
            return
        self.draining = True
        self.scoreboard.state = 3
        self.scoreboard.publish()
        self.control.send("draining")
        self.on_drain()

    def orphan(self):
        """The master is gone: nobody else will end this process when it does not drain in time."""
        if self.orphaned:
            return
        self.orphaned = True
        if self._drain_timeout is not None:
            exit_after(self._drain_timeout / 1000, 1)
        self.drain()

    def leave(self):
        """The end: what the application registered to run at exit runs, but cannot hold the process for ever."""
        for listener in self.listeners:
            listener.close()
        if self.orphaned:
            remove_control(self.control.path)
            place = self.settings.shared.get("place")
            if place is not None:
                remove_sockets(place["path"])
        sys.stdout.flush()
        sys.stderr.flush()
        exit_after(EXIT_GRACE, 0)
        sys.exit(0)


def exit_after(seconds, code):
    def end():
        time.sleep(seconds)
        os._exit(code)

    threading.Thread(target=end, name="trivet-exit", daemon=True).start()


def python_version():
    return ".".join(map(str, sys.version_info[:3]))


def run():
    """The whole life; ends the process."""
    given = take_own_variables()
    if not given["TRIVET_CONTROL"] or not given["TRIVET_TOKEN"]:
        sys.exit("this program is a worker: a master must start it (`TRIVET_CONTROL` is not set)")
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(ignored, signal.SIG_IGN)
    try:
        control = Control(given["TRIVET_CONTROL"], given["TRIVET_TOKEN"])
        start = control.start()
    except (OSError, MasterGone) as error:
        sys.exit(f"the master does not answer on its control socket: {error}")
    worker = Worker(control, start)
    try:
        worker.listen()
        worker.load()
        if worker.zygote:
            be_forked(worker)
    except BaseException as error:
        fail(worker, error)
    if worker.settings.only_loads:
        from .only_load import serve
    elif worker.api.context.role in ("mule", "spooler"):
        from .api.companion import live as serve
    elif worker.interface == "asgi":
        from .asgi.serve import serve
    else:
        from .wsgi.serve import serve
    try:
        serve(worker)
    except LoadError as error:
        fail(worker, error)
    worker.leave()


def be_forked(worker):
    """In the zygote, forks until nobody wants more and ends the process; returns in each child."""
    running = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    if running:
        names = ", ".join(running)
        sys.stderr.write(f"the application started threads while it was loaded ({names}): no worker will have them; use `lazy-apps`\n")
    message = Zygote(worker.control).run()
    control = join_as_child(worker.control.path, message["token"])
    worker.join(control, control.start())
    worker.listen()


def fail(worker, error):
    """It cannot serve: says why, and leaves."""
    plain = isinstance(error, (LoadError, PlaceError))
    # A part of the loading may come after the fork, such as ASGI's startup.
    worker.control.step("load application")
    message = str(error) if plain else f"{type(error).__name__}: {error}"
    worker.control.send("failed", message=message, stack=describe_failure(error))
    worker.control.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(LOAD_FAILED)
