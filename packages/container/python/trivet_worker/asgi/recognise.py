"""What kind of application an object is: told by its shape, without calling it."""

import inspect
from typing import Any, Awaitable, Callable, Dict

Message = Dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


def is_asgi(application: Any) -> bool:
    """Whether it is an ASGI 3 or 2 application: a coroutine function of three parameters, an object or class with one."""
    return is_single_callable(application) or is_double_callable(application)


def is_single_callable(application: Any) -> bool:
    """ASGI 3: `async def application(scope, receive, send)`."""
    if inspect.isclass(application):
        # An instance would be made with (scope, receive, send) and awaited: a class of one's own with `__await__`.
        return hasattr(application, "__await__") and takes(application, 3)
    function = unwrap(application)
    if not inspect.isroutine(function):
        function = getattr(function, "__call__", None)
    return inspect.iscoroutinefunction(function) and takes(function, 3)


def is_double_callable(application: Any) -> bool:
    """ASGI 2: `application(scope)` gives `async def instance(receive, send)`; only classes show it."""
    if not inspect.isclass(application) or not takes(application, 1):
        return False
    call = getattr(application, "__call__", None)
    # Seen from the class, `self` counts.
    return inspect.iscoroutinefunction(call) and takes(call, 3)


def as_single_callable(application: Any) -> Application:
    """The application in the form of ASGI 3."""
    if not is_double_callable(application):
        return application

    async def called(scope: Message, receive: Receive, send: Send) -> None:
        await application(scope)(receive, send)

    return called


def unwrap(application: Any) -> Any:
    """What is inside `functools.partial`."""
    while hasattr(application, "func") and hasattr(application, "keywords"):
        application = application.func
    return application


def takes(function: Any, count: int) -> bool:
    """Whether it can be called with so many positional arguments."""
    try:
        inspect.signature(function).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True
