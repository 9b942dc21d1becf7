"""What a master that was killed could not remove: its control socket, its scoreboard and their folder."""

import os
import socket
import time

#: Seconds for which an orphan asks again: the kernel may close a dead master's connections before its socket.
PATIENCE = 1.0


def remove_control(path):
    """Removes them as soon as nobody answers there; harmless when somebody does."""
    until = time.monotonic() + PATIENCE
    while not _remove_if_dead(path) and time.monotonic() < until:
        time.sleep(0.01)


def remove_sockets(calls):
    """The sockets between the container's own processes, given by the path of that for calls to the master."""
    folder = os.path.dirname(calls)
    _remove((os.unlink, calls), (os.unlink, os.path.join(folder, "application")), (os.rmdir, folder))


def _remove(*steps):
    for remove, name in steps:
        try:
            remove(name)
        except OSError:
            # Somebody else was first, or this user may not: the next master of the folder's user does it.
            continue


def _remove_if_dead(path):
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
    except ConnectionRefusedError:
        folder = os.path.dirname(path)
        _remove((os.unlink, path), (os.unlink, os.path.join(folder, "scoreboard")), (os.rmdir, folder))
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    else:
        return False
    finally:
        probe.close()
