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


def remove_inner(descriptions):
    """The socket that front workers come by, in a folder of its own (process/inner-socket.ts)."""
    for description in descriptions:
        path = description["address"].get("path") or ""
        folder = os.path.dirname(path)
        if not os.path.basename(folder).startswith("trivet-inner-"):
            continue
        for remove, name in ((os.unlink, path), (os.rmdir, folder)):
            try:
                remove(name)
            except OSError:
                # Another worker was first.
                continue


def _remove_if_dead(path):
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
    except ConnectionRefusedError:
        folder = os.path.dirname(path)
        for remove, name in ((os.unlink, path), (os.unlink, os.path.join(folder, "scoreboard")), (os.rmdir, folder)):
            try:
                remove(name)
            except OSError:
                # Somebody else was first, or this user may not; what is left is a private folder without use.
                continue
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    else:
        return False
    finally:
        probe.close()
