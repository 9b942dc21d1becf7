"""One call of an application: environ, body, close, and what becomes of its errors."""

import traceback
from io import BytesIO

from ..connection import Gone
from ..refusal import plain_answer
from .environ import make_environ
from .errors import ContractError
from .file_wrapper import FileWrapper
from .headers import describe
from .input import BodyError, open_body
from .response import Response


def run(core, connection, packet, application):
    """Calls the application for a packet whose head, and small body, are at hand; its answer is sent or held. Raises Refused."""
    environ = make_environ(packet, core.base)
    body = None
    length = packet.length
    if length == 0:
        environ["wsgi.input"] = BytesIO()
    elif len(connection.buffer) - connection.at >= length:
        at = connection.at
        connection.at = at + length
        environ["wsgi.input"] = BytesIO(connection.buffer[at : connection.at])
    else:
        environ["wsgi.input"], body = open_body(connection, length, core.body_timeout)
    response = Response(core, connection, packet.nonce, body, environ["REQUEST_METHOD"] == "HEAD")
    core.response = response
    chunks = None
    try:
        chunks = application(environ, response.start_response)
        if core.websocket is None:
            _send(response, chunks)
    except Gone:
        response.kept = False
    except BaseException as error:
        # SystemExit too: who leaves is the request, not the worker.
        if core.websocket is None:
            _failed(core, connection, response, environ, error)
        else:
            core.websocket.failed(error)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            _close(core, close)
        if core.websocket is not None:
            core.websocket.finish()
            core.websocket = None
    core.finished(connection, packet, environ, response, body)


def _send(response, chunks):
    kind = type(chunks)
    if kind is list or kind is tuple:
        if len(chunks) == 1:
            return response.whole(chunks[0])
        if all([type(chunk) is bytes for chunk in chunks]):
            # All of it is here, and so is its length.
            return response.whole(b"".join(chunks))
    elif kind is FileWrapper:
        return response.file(chunks)
    elif isinstance(chunks, (str, bytes)) or chunks is None:
        # Bytes would be sent one number at a time, and they are none.
        raise ContractError(f"the application must return an iterable of bytes, got {describe(chunks)}")
    elif hasattr(kind, "__len__") and len(chunks) == 1:
        for chunk in chunks:
            return response.whole(chunk)
    try:
        iterator = iter(chunks)
    except TypeError:
        raise ContractError(f"the application must return an iterable of bytes, got {describe(chunks)}") from None
    for chunk in iterator:
        response.chunk(chunk)
    response.finish()


def _close(core, close):
    try:
        close()
    except BaseException:
        core.failed(traceback.format_exc())


def _failed(core, connection, response, environ, error):
    """An error of the application's: 500 where no answer has begun, else a broken connection."""
    response.kept = False
    request = f"{environ.get('REQUEST_METHOD')} {environ.get('REQUEST_URI') or environ.get('PATH_INFO')}"
    if isinstance(error, ContractError):
        core.failed(f"{request}: {error}\n")
    elif isinstance(error, BodyError):
        core.failed(f"{request}: {error}\n", False)
    else:
        core.failed(f"{request}:\n{own_traceback(error)}")
    if response.started:
        core.held.cut(connection, response.ends_by_close())
    else:
        response.status = "500 Internal Server Error"
        response.started = True
        connection.hold(plain_answer(500, "the application failed; its log says why"))


def own_traceback(error):
    """The traceback from the application's first line on."""
    trace = error.__traceback__
    if trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


