"""Serves a WSGI application: one core in the main thread, or with `threads` one in each thread and the main one watches."""

import os
import signal
import sys
import threading

from ..core import Core
from ..harakiri import Harakiri
from ..log_line import logs_requests
from ..packet import PacketReader
from ..poller import make_poller
from ..request_log import LogFile, RequestLog
from ..watch import Watch
from .call import run
from .environ import base_environ
from .file_wrapper import FileWrapper


def serve(worker):
    """Returns when the worker has drained."""
    settings = worker.settings
    lines = LogFile(settings.log_file) if logs_requests(settings.log) else None
    if lines is not None:
        worker.handlers["reopen"] = lambda message: lines.reopen()
    cores = [make_core(worker, index, lines) for index in range(settings.threads)]
    worker.scoreboard.cores.extend(cores)
    harakiri = Harakiri(worker, settings.harakiri) if settings.harakiri else None
    alone = settings.processes * settings.threads == 1
    watch = Watch(cores, alone, worker.handover, harakiri)
    for core in cores:
        core.watcher = watch
        if worker.handover is not None:
            core.share(worker.handover, worker.slot * settings.threads + core.index)
    watch.start()
    if len(cores) == 1:
        serve_alone(worker, cores[0])
    else:
        serve_threads(worker, cores)


def make_core(worker, index, lines):
    settings = worker.settings
    application = worker.application
    core = Core(
        index,
        lambda core, connection, packet: run(core, connection, packet, application),
        PacketReader(settings.buffer_size, settings.max_vars, settings.max_body),
        worker,
        None if lines is None else RequestLog(settings.log, lines),
        complain,
    )
    core.base = base_environ(sys.stderr, FileWrapper, settings.threads > 1, settings.processes > 1)
    core.listen(worker.listeners)
    return core


def complain(text):
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def serve_alone(worker, core):
    """The main thread is the core: it looks at the control connection between two requests."""
    worker.on_drain = core.drain
    worker.handlers["pause"] = lambda message: core.pause()
    worker.handlers["resume"] = lambda message: core.resume()
    worker.handlers["close-websockets"] = lambda message: core.close_websocket()
    core.watch(worker.control.fileno(), lambda: follow(worker, core), orders=True)
    posts = worker.api.context.posts
    core.watch(posts.fileno(), posts.run)
    woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    core.watch(woken, lambda: awake(woken, worker), orders=True)
    catch_term(wake)
    worker.ready()
    core.run()
    signal.set_wakeup_fd(-1)


def follow(worker, core):
    worker.receive()
    if worker.orphaned:
        core.unwatch(worker.control.fileno())


def awake(woken, worker):
    os.read(woken, 64)
    worker.drain()


def catch_term(wake):
    """Service managers send TERM to the whole group: the requests of this worker are not to die of it."""
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda number, frame: None)


def serve_threads(worker, cores):
    """The cores run in threads; this one follows the master."""
    wakes = [tell_by_pipe(core) for core in cores]

    def tell(order):
        for wake in wakes:
            os.write(wake, order)

    worker.on_drain = lambda: tell(DRAIN)
    worker.handlers["pause"] = lambda message: tell(PAUSE)
    worker.handlers["resume"] = lambda message: tell(RESUME)
    worker.handlers["close-websockets"] = lambda message: tell(CLOSE)
    if worker.settings.thread_stack:
        threading.stack_size(worker.settings.thread_stack)
    threads = [threading.Thread(target=core.run, name=f"core-{core.index}", daemon=True) for core in cores]
    for thread in threads:
        thread.start()
    threading.stack_size(0)
    finished, finish = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    threading.Thread(target=join_all, args=(threads, finish), daemon=True).start()
    woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    catch_term(wake)
    worker.ready()
    poller = make_poller()
    posts = worker.api.context.posts
    for fd in (worker.control.fileno(), woken, finished, posts.fileno()):
        poller.add(fd)
    while True:
        for fd, _ in poller.poll(-1):
            if fd == finished:
                signal.set_wakeup_fd(-1)
                return
            if fd == woken:
                awake(woken, worker)
            elif fd == posts.fileno():
                posts.run()
            elif fd == worker.control.fileno():
                worker.receive()
                if worker.orphaned:
                    poller.remove(fd)


#: What the main thread tells the others, a byte each.
DRAIN, PAUSE, RESUME, CLOSE = b"d", b"p", b"r", b"c"


def tell_by_pipe(core):
    """The end of a pipe by which another thread tells a core what to do; it does so in its own thread."""
    woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    orders = {
        DRAIN[0]: core.drain, PAUSE[0]: core.pause, RESUME[0]: core.resume, CLOSE[0]: core.close_websocket,
    }  # fmt: skip

    def obey():
        for order in os.read(woken, 64):
            orders[order]()

    core.watch(woken, obey, orders=True)
    return wake


def join_all(threads, finish):
    for thread in threads:
        thread.join()
    os.write(finish, b"x")
