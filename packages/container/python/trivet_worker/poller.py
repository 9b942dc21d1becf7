"""Waits for descriptors: epoll where there is one, else poll. Registrations last."""

import select

READ = select.POLLIN
WRITE = select.POLLOUT

_EXCLUSIVE = getattr(select, "EPOLLEXCLUSIVE", 0)


class Epoll:
    """A listening socket that many processes share wakes one of them, and not all."""

    def __init__(self):
        self._epoll = select.epoll()
        self.poll = self._epoll.poll
        self.remove = self._epoll.unregister

    def add(self, fd):
        self._epoll.register(fd, READ)

    def add_listener(self, fd):
        self._epoll.register(fd, READ | _EXCLUSIVE)

    def close(self):
        self._epoll.close()


class Poll:
    def __init__(self):
        self._poll = select.poll()
        self.remove = self._poll.unregister

    def poll(self, timeout):
        return self._poll.poll(None if timeout < 0 else timeout * 1000)

    def add(self, fd):
        self._poll.register(fd, READ)

    add_listener = add

    def close(self):
        pass


def make_poller():
    return Epoll() if hasattr(select, "epoll") else Poll()


def wait_for(fd, event, seconds):
    """Whether the descriptor became ready in time; also true when the peer is gone, which the next call will find."""
    poll = select.poll()
    poll.register(fd, event)
    return bool(poll.poll(seconds * 1000))
