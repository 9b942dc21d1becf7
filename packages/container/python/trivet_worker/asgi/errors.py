"""What can go wrong between an ASGI application and its server."""


from ..loading import LoadError


class ContractError(Exception):
    """The application broke the ASGI specification: answered with 500 where no answer has begun, and always logged."""


class ClientGone(ConnectionError):
    """`send` for a client that is gone; the specification (2.4) asks for an OSError. No error of the application's."""

    def __init__(self) -> None:
        super().__init__("the client is gone")


class LifespanFailed(LoadError):
    """The application said, or showed by an exception, that it cannot start; the message is what it said."""
