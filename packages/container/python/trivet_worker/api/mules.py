"""Mules: processes that have loaded the application, serve no requests and work on messages."""

from typing import Any, Callable, Dict, List, Optional

from .context import Context, to_bytes


class Mules:
    def __init__(self, context: Context) -> None:
        self._context = context
        #: Called with each message by a mule that runs no code of its own.
        self.hooks: List[Callable[[bytes], Any]] = []

    def functions(self) -> Dict[str, Callable[..., Any]]:
        return {
            "mule_msg": self.send,
            "mule_get_msg": self.receive,
            "install_mule_msg_hook": self.hooks.append,
            "mule_msg_hook": self.hooks.append,
            "mule_msg_recv_size": lambda: self._context.shared.get("messageSize", 65536),
        }

    def send(self, message: Any, mule: Any = None) -> bool:
        if mule is not None and (not isinstance(mule, int) or isinstance(mule, bool)):
            raise ValueError("invalid mule: farms are not available here, say a mule's number")
        if not self._context.shared.get("mules"):
            raise ValueError("no mule configured")
        return self._context.client.call("mule_msg", to_bytes(message, "the message"), mule)

    def receive(self, signals: Any = True, farms: Any = True, buffer_size: int = 65536, timeout: float = -1) -> Optional[bytes]:
        """The next message; None when none came in time. Signals are handled meanwhile, in this thread."""
        if self._context.role != "mule":
            raise ValueError("you can receive mule messages only in a mule !!!")
        while True:
            # In pieces, so that signals are looked at; the queue keeps what comes between.
            piece = 0.2 if signals else 5.0
            if timeout >= 0:
                piece = min(piece, timeout)
            message = self._context.client.call("mule_get_msg", piece)
            if signals:
                self._context.posts.run()
            if message is not None:
                return message[:buffer_size]
            if timeout >= 0:
                timeout -= piece
                if timeout <= 0:
                    return None
