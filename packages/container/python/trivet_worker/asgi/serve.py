"""Serves an ASGI application: one event loop, which follows the master as well."""

import asyncio
import os
import signal
from typing import Any

from ..log_line import logs_requests
from ..request_log import LogFile, RequestLog
from .board import WorkerBoard
from .lifespan import Lifespan
from .recognise import as_single_callable
from .server import Server
from .settings import AsgiSettings
from .watchdog import watch


def serve(worker: Any) -> None:
    """Returns when the worker has drained; raises LifespanFailed when the application does not start."""
    loop = new_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(live(worker, loop))
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        # Closing gives TERM its default action back, and whoever sent one may send another.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        loop.close()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed: it costs half as much per request."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def live(worker: Any, loop: asyncio.AbstractEventLoop) -> None:
    application = as_single_callable(worker.application)
    lifespan = Lifespan(application)
    await lifespan.startup()
    settings = worker.settings
    file = LogFile(settings.log_file) if logs_requests(settings.log) else None
    if file is not None:
        worker.handlers["reopen"] = lambda message: file.reopen()
    board = WorkerBoard(worker, None if file is None else RequestLog(settings.log, file), complain)
    server = Server(application, asgi_settings(settings), board, complain, lifespan.state)
    board.server = server
    worker.scoreboard.cores.append(board)
    if settings.harakiri:
        watch(server, settings.harakiri)
    drained = asyncio.Event()
    worker.on_drain = drained.set
    worker.handlers["pause"] = lambda message: server.pause()
    worker.handlers["resume"] = lambda message: server.resume()
    worker.handlers["close-websockets"] = lambda message: server.close_websockets()
    loop.add_reader(worker.control.fileno(), follow, worker, loop)
    posts = worker.api.context.posts
    loop.add_reader(posts.fileno(), posts.run)
    # Service managers send TERM to the whole group: the requests of this worker are not to die of it.
    loop.add_signal_handler(signal.SIGTERM, worker.drain)
    server.listen(worker.listeners)
    worker.ready()
    await drained.wait()
    await server.drain(settings.mercy)
    fault = await lifespan.shutdown()
    if fault is not None:
        complain(fault.rstrip("\n"))
    await asyncio.sleep(0)


def follow(worker: Any, loop: asyncio.AbstractEventLoop) -> None:
    worker.receive()
    if worker.orphaned:
        loop.remove_reader(worker.control.fileno())


def asgi_settings(settings: Any) -> AsgiSettings:
    """The worker's settings as the server takes them."""
    given = settings.asgi
    defaults = AsgiSettings()
    return AsgiSettings(
        buffer_size=settings.buffer_size,
        max_vars=settings.max_vars,
        max_body=settings.max_body,
        socket_timeout=settings.socket_timeout,
        harakiri=settings.harakiri,
        processes=settings.processes,
        concurrency=given.get("concurrency", defaults.concurrency),
        websocket_max_size=given.get("websocketMaxSize", defaults.websocket_max_size),
        websocket_ping=given.get("websocketPing", defaults.websocket_ping),
        websocket_pong=given.get("websocketPong", defaults.websocket_pong),
    )


def complain(text: str) -> None:
    os.write(2, f"{text}\n".encode("utf-8", "backslashreplace"))
