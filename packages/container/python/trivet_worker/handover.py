"""Connections that change hands: one that waits at a core which is busy goes to a core that is free.

All cores that descend from one process share a pair of sockets. The watch of a busy core sends a connection's descriptor
into it (unix(7), SCM_RIGHTS), or the core itself between two calls; whichever core waits takes it out, as it would accept
one. What its peer has sent is still in the kernel, so that peer notices nothing.
"""

import array
import mmap
import socket

#: Cores that can show that they are free; those beyond get connections of long calls only.
CORES = 1024


class Handover:
    """To be made before the first fork and the first thread."""

    def __init__(self):
        self._out, self._in = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._out.setblocking(False)
        #: A byte for each core, shared by all processes: 1 while it waits for something to do.
        self.free = mmap.mmap(-1, CORES)

    def fileno(self):
        return self._out.fileno()

    def count_free(self):
        """How many cores wait at this moment. One that was killed while it waited counts until it is replaced."""
        return self.free[:].count(b"\1")

    def give(self, fd):
        """False when too many wait in it already."""
        try:
            ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
            self._in.sendmsg([b"."], ancillary, socket.MSG_DONTWAIT)
        except OSError:
            return False
        return True

    def take(self):
        """A connected socket and its peer's name, or None when another core was faster."""
        try:
            _, fds, _, _ = socket.recv_fds(self._out, 1, 1, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return None
        if not fds:
            return None
        taken = socket.socket(fileno=fds[0])
        try:
            return taken, taken.getpeername()
        except OSError:
            # Its peer has gone meanwhile, which reading it will tell.
            return taken, ""
