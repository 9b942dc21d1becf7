"""start_response, write and the body's way to the peer: an HTTP/1.1 message that ends by Content-Length or by close.

Chunked coding is for a peer whose keep-alive var says that it reads chunks; nginx would pass them on as content.

Each chunk leaves before the next is asked for. The one exception is a whole response, which may be held back to leave
with its neighbours while calls are fast (KEEPALIVE.md, section 5).
"""

from .errors import ContractError
from .headers import describe, head_text


class Response:
    """One answer. `core` decides whether the connection is kept and when held answers leave."""

    status = None
    headers = ()
    #: The Content-Length, and how much of it has been sent.
    length = None
    sent = 0
    head_size = 0
    #: The head has left, or is held back.
    started = False
    #: The connection goes on after this response.
    kept = False
    ended = False
    _head = ""
    _chunked = False

    def __init__(self, core, connection, nonce, body, head_request):
        self._core = core
        self._connection = connection
        self._nonce = nonce
        #: Of the request, where one is read from the connection: what is left of it decides about keeping.
        self._body = body
        self._head_request = head_request
        #: No body follows the head.
        self._bodiless = head_request

    def start_response(self, status, headers, exc_info=None):
        if exc_info is not None:
            try:
                if self.started:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.status is not None:
            raise ContractError("start_response was called twice, without exc_info")
        self._head, self.length, bodiless = head_text(status, headers)
        if bodiless:
            self._bodiless = True
        self.status = status
        self.headers = headers
        return self.write

    def write(self, data):
        """The callable that start_response returns: what is written has left when it returns."""
        self.chunk(data)
        self._connection.flush(self._core.send_timeout)

    def whole(self, data):
        """The body's only chunk: the head can say its length."""
        if type(data) is not bytes:
            self._check_bytes(data)
        if self.started:
            self.chunk(data)
        elif self.length is not None and self.length != len(data) and not self._bodiless:
            self.chunk(data)
        else:
            head = self._begin(len(data))
            if self._bodiless:
                self._connection.hold(head)
            else:
                self.sent = len(data)
                self._connection.hold(head + data)
        self.finish()

    def chunk(self, data):
        """One chunk of several. It leaves at once, unless it completes a response of known length."""
        if type(data) is not bytes:
            self._check_bytes(data)
        if not data:
            return
        connection = self._connection
        head = b"" if self.started else self._begin(None)
        if self._bodiless:
            if head:
                connection.hold(head)
            return
        left = len(data) if self.length is None else self.length - self.sent
        excess = len(data) > left
        if excess:
            data = data[:left]
        self.sent += len(data)
        if self._chunked:
            data = b"%s%x\r\n%s\r\n" % (head, len(data), data)
        elif head:
            data = head + data
        connection.hold(data)
        if excess:
            raise ContractError(f"the body is longer than its Content-Length of {self.length} bytes")
        if self.sent != self.length or not self._core.holds:
            connection.flush(self._core.send_timeout)

    def file(self, wrapper):
        """A file's blocks, to its end or to the Content-Length."""
        for block in wrapper:
            left = len(block) if self.length is None else self.length - self.sent
            self.chunk(block[:left])
            if len(block) >= left and self.length is not None:
                break
        self.finish()

    def finish(self):
        """The body is over."""
        if not self.started:
            head = self._begin(0)
            self._connection.hold(head)
        if self._chunked:
            self._connection.hold(b"0\r\n\r\n")
        elif self.length is not None and self.sent < self.length and not self._bodiless:
            raise ContractError(f"the body has {self.sent} bytes, and its Content-Length says {self.length}")
        self.ended = True

    def ends_by_close(self):
        """Whether a peer takes the connection's end for the body's."""
        return self.started and not self._bodiless and not self._chunked and self.length is None

    def _begin(self, known):
        """The head as bytes; `known` is the whole body's length, if it is here."""
        if self.status is None:
            raise ContractError("there is a body, or the end of one, before start_response was called")
        text = self._head
        if self.length is None:
            # Whoever leaves the body of a HEAD out does not say that it is empty.
            if known is not None and (not self._bodiless or (self._head_request and known)):
                self.length = known
                text += f"Content-Length: {known}\r\n"
            elif self._bodiless:
                pass
            elif self._nonce is not None:
                self._chunked = True
                text += "Transfer-Encoding: chunked\r\n"
        if self._nonce is not None:
            unread = 0 if self._body is None else self._body.left
            line = self._core.acknowledge(self._connection, self._nonce, unread)
            if line:
                self.kept = True
                text += line
        self.started = True
        self.head_size = len(text) + 2
        return f"{text}\r\n".encode("latin-1")

    def _check_bytes(self, data):
        if not isinstance(data, bytes):
            raise ContractError(f"a chunk of the body must be bytes, got {describe(data)}")
