"""What an ASGI server may be told; times are seconds, sizes bytes."""

from typing import NamedTuple, Optional


class AsgiSettings(NamedTuple):
    """Each default is the option's own, with its reason."""

    buffer_size: int = 65535
    max_vars: int = 512
    max_body: Optional[int] = None
    socket_timeout: float = 4.0
    #: A request may take so long; 0 for ever.
    harakiri: float = 0.0
    processes: int = 1
    #: Calls at once: what an event loop carries without every answer becoming slow.
    concurrency: int = 1000
    #: uWSGI's `websockets-max-size`, `websockets-ping-freq` and `websockets-pong-tolerance`; its 3 s are short for phones.
    websocket_max_size: int = 1024 * 1024
    websocket_ping: float = 30.0
    websocket_pong: float = 10.0
