"""The sockets a worker inherits: bound by the master, shared with all workers, never touched beyond listen and accept."""

import os
import socket


def adopt(descriptions):
    """Makes sockets of the descriptors that `start` names, hidden from programs the application starts."""
    listeners = []
    for description in descriptions:
        os.set_inheritable(description["fd"], False)
        listener = socket.socket(fileno=description["fd"])
        # Python's own view of the flag that all workers share, and that is set already.
        listener.settimeout(0)
        listeners.append(listener)
    return listeners
