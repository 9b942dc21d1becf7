"""The server's half of KEEPALIVE.md (packages/uwsgi): how deep a connection may be pipelined, and the header that says so."""

KEEPALIVE_HEADER = "uwsgi-keepalive"

#: Where pipelining's gain ends.
DEPTH = 8
#: How much work may wait on one connection, in seconds.
WORK_AHEAD = 0.001
#: The weight of a call in the average of those before it.
WEIGHT = 0.1
#: Seconds from which a call is slow: others should not wait behind it. It is more than a busy machine takes away from one
#: that is not.
SLOW = 0.02
#: Bytes of an unread body that are read away to keep a connection: cheaper than making one.
UNREAD_BODY = 65536
#: Held answers leave when they are more bytes than this.
HELD = 65536
#: Methods that may be sent again, and so may be pipelined.
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class ServiceTime:
    """A running average of how long calls take, in seconds; a slow one counts at once, and is forgotten slowly."""

    __slots__ = ("average",)

    def __init__(self):
        self.average = WORK_AHEAD

    def add(self, seconds):
        """A call took so long; returns the average."""
        average = self.average
        if seconds < SLOW or seconds < average:
            seconds = average + (seconds - average) * WEIGHT
        self.average = seconds
        return seconds

    @property
    def depth(self):
        """How many requests may wait on one connection."""
        average = self.average
        return DEPTH if average * DEPTH <= WORK_AHEAD else max(1, int(WORK_AHEAD / average))


class Acknowledgement:
    """Makes the header's line. `capacity`: how many requests all workers together can work on at once."""

    __slots__ = ("_capacity", "_suffixes")

    def __init__(self, capacity):
        self._suffixes = [f"; depth={depth}; capacity={capacity}\r\n" for depth in range(DEPTH + 1)]

    def line(self, nonce, depth):
        return f"{KEEPALIVE_HEADER}: {nonce}{self._suffixes[depth]}"
