"""`lock`, `unlock`, `is_locked`: the container's locks; a thread that dies lets go of its own."""

from typing import Any, Callable, Dict

from .context import Context


def functions(context: Context) -> Dict[str, Callable[..., Any]]:
    def locking(name: str) -> Callable[..., Any]:
        def act(number: int = 0) -> Any:
            if context.role == "spooler":
                raise ValueError("The spooler cannot lock/unlock resources")
            return context.client.call(name, number)

        return act

    return {name: locking(name) for name in ("lock", "unlock", "is_locked")}
