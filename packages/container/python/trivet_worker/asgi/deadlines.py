"""How long a connection may wait, by what it waits for; looked at once a second, ten times while draining."""

from typing import TYPE_CHECKING

from ..refusal import Refused
from .http import HttpCall
from .websocket import WebSocketCall

if TYPE_CHECKING:
    from .connection import Connection
    from .server import Server

#: Seconds a kept connection may be idle: more than the client's 60, so that it is the client who closes.
IDLE_TIMEOUT = 75.0
#: Seconds without progress after which a response that the peer does not read is given up; nginx's.
SEND_TIMEOUT = 60.0
#: Seconds a peer may go on sending after the last answer.
LINGER_TIMEOUT = 5.0
#: Seconds that an idle connection has, from the beginning of the draining, to bring a request that is under way.
DRAIN_MOMENT = 0.5


def check(connection: "Connection", now: float, server: "Server") -> None:
    """Ends a connection that has waited too long."""
    waited = now - connection.last
    state = connection.state
    if connection.blocked_since and now - connection.blocked_since > SEND_TIMEOUT:
        server.complain(connection, f"broken: the peer reads nothing for {SEND_TIMEOUT:g} s")
        connection.destroy()
    elif state == "idle":
        if server.draining and now - server.drain_began > DRAIN_MOMENT or waited > IDLE_TIMEOUT:
            connection.close()
    elif state == "lingering":
        if waited > (SEND_TIMEOUT if connection.unsent else LINGER_TIMEOUT):
            connection.destroy()
    elif state == "vars":
        _stalled(connection, waited, "vars", server)
    elif state == "calling":
        call = connection.call
        if isinstance(call, HttpCall) and call.starving and not call.response.started:
            _stalled(connection, waited, "body", server)
    elif state == "switched":
        _check_websocket(connection, waited, server)


def _stalled(connection: "Connection", waited: float, what: str, server: "Server") -> None:
    limit = server.settings.socket_timeout
    if waited <= limit:
        return
    connection.refuse(Refused("timeout", f"no byte of the {what} for {limit:g} s (`socket-timeout`)"))
    if connection.call is not None:
        connection.call.abandon()


def _check_websocket(connection: "Connection", waited: float, server: "Server") -> None:
    """A ping when the peer has been silent for a while; an end when it stays silent."""
    call, settings = connection.call, server.settings
    if not isinstance(call, WebSocketCall) or not settings.websocket_ping or call.gone:
        return
    if not call.unanswered_pings:
        if waited > settings.websocket_ping:
            call.ping()
    elif waited > settings.websocket_pong:
        server.complain(connection, f"the WebSocket's peer has not answered a ping for {settings.websocket_pong:g} s")
        call.abandon()
        connection.destroy()
