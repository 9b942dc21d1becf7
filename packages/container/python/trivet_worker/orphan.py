"""What a master that was killed could not remove: its control socket and its folder."""

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


def _remove_if_dead(path):
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
    except ConnectionRefusedError:
        try:
            os.unlink(path)
            os.rmdir(os.path.dirname(path))
        except OSError:
            # Somebody else was first, or this user may not; what is left is a private folder without use.
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    else:
        return False
    finally:
        probe.close()
