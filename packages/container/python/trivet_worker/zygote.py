"""Loads the application once and forks the workers, which share what was loaded until they write to it.

The zygote serves nothing and never starts a thread: what threads hold at a fork is held for ever in the child. It reaps
its children and tells the master how they ended.
"""

import gc
import os
import random
import signal
import socket
import sys
from contextlib import suppress

from .control import Control
from .poller import make_poller


class Zygote:
    """Waits for `fork`; in a child, `run` returns the master's message, in the zygote it does not return."""

    def __init__(self, control):
        self._control = control
        self._children = set()
        self._draining = False
        self._reaped, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def run(self):
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGTERM, lambda number, frame: self._drain())
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        # Objects of the loading are never freed: to look at them would be to write to them, and to unshare them.
        gc.collect()
        gc.freeze()
        self._control.send("loaded")
        poller = make_poller()
        poller.add(self._reaped)
        poller.add(self._control.fileno())
        followed = True
        while not (self._draining and not self._children):
            for fd, _ in poller.poll(-1):
                if fd == self._reaped:
                    self._reap()
                    continue
                messages = self._control.receive()
                for message in messages or []:
                    if message.get("type") == "drain":
                        self._drain()
                    elif message.get("type") == "fork" and self._fork(message):
                        poller.close()
                        return message
                if messages is None and followed:
                    followed = False
                    poller.remove(fd)
                    self._drain()
        os._exit(0)

    def _drain(self):
        self._draining = True

    def _fork(self, message):
        """True in the child."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become_child()
            return True
        self._children.add(pid)
        self._control.send("forked", token=message["token"], pid=pid)
        return False

    def _become_child(self):
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for fd in (self._reaped, self._wake):
            os.close(fd)
        self._control.close()

    def _reap(self):
        with suppress(BlockingIOError):
            os.read(self._reaped, 4096)
        for pid in list(self._children):
            try:
                done, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                # The application has waited for every child there is, ours included.
                done, status = pid, 0
            if done:
                self._children.discard(pid)
                code = exit_code(status)
                name = signal.Signals(-code).name if code < 0 else None
                self._control.send("exited", pid=pid, code=None if code < 0 else code, signal=name)


def exit_code(status):
    """A signal's number is negative."""
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def join_as_child(path, token):
    """The child's connections: its output, then its control."""
    for stream, fd in (("stdout", 1), ("stderr", 2)):
        output = socket.socket(socket.AF_UNIX)
        output.connect(path)
        output.sendall(b'{"type":"output","token":"%s","stream":"%s"}\n' % (token.encode(), stream.encode()))
        os.dup2(output.fileno(), fd)
        output.close()
    # Two workers that draw the same numbers would hand out the same secrets.
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
    return Control(path, token)
