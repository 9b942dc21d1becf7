"""An ASGI server on a socket of its own, and a client that speaks uwsgi to it."""

import asyncio
import contextlib
import socket

from trivet_worker.asgi.server import Board, Server
from trivet_worker.asgi.settings import AsgiSettings


class Notes(Board):
    """Keeps what the server tells."""

    def __init__(self):
        self.faults = []
        self.lines = []
        self.answers = []

    def ended(self, connection, call, took):
        self.answers.append((call.response.status, call.response.sent))

    def failed(self, text, counts=True):
        self.faults.append(text)


def packet(nonce=None, **vars):
    """A request's packet; values are str or bytes."""
    values = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/", "REQUEST_URI": "/", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "example.org", "SERVER_PORT": "80", "REMOTE_ADDR": "192.0.2.1", "REMOTE_PORT": "4000",
        **({} if nonce is None else {"UWSGI_KEEPALIVE": nonce}), **vars,
    }  # fmt: skip
    block = b""
    for key, value in values.items():
        raw = value if isinstance(value, bytes) else value.encode("latin-1")
        block += len(key).to_bytes(2, "little") + key.encode() + len(raw).to_bytes(2, "little") + raw
    return b"\0" + len(block).to_bytes(2, "little") + b"\0" + block


class Client:
    """One connection to the server."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    def write(self, data):
        self.writer.write(data)

    async def head(self):
        """Status and headers of the next answer."""
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text[:-4].split("\r\n")
        fields = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
        return int(first.split(" ")[1]), dict(fields)

    async def answer(self, bodiless=False):
        """Status, headers and body of the next answer, whichever way the body ends."""
        status, headers = await self.head()
        if bodiless or status in (101, 204, 304):
            return status, headers, b""
        if "content-length" in headers:
            return status, headers, await self.reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") == "chunked":
            return status, headers, await self.chunks()
        return status, headers, await self.reader.read()

    async def chunks(self):
        body = []
        while True:
            size = int(await self.reader.readline(), 16)
            if size == 0:
                self.trailers = []
                while (line := await self.reader.readline()) not in (b"\r\n", b""):
                    self.trailers.append(line)
                return b"".join(body)
            body.append(await self.reader.readexactly(size))
            await self.reader.readexactly(2)

    async def ask(self, data, **how):
        self.write(data)
        return await self.answer(**how)

    async def ended(self):
        """What still comes until the server ends the connection."""
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return None


class Site:
    """A server that runs, for a test."""

    def __init__(self, server, notes, port):
        self.server = server
        self.notes = notes
        self.port = port

    @contextlib.asynccontextmanager
    async def connect(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 18)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()

    async def ask(self, data, **how):
        """One request on a connection of its own."""
        async with self.connect() as client:
            return await client.ask(data, **how)


@contextlib.asynccontextmanager
async def serve(application, state=None, **settings):
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.setblocking(False)
    notes = Notes()
    server = Server(application, AsgiSettings(**settings), notes, notes.lines.append, state)
    server.listen([listener])
    try:
        yield Site(server, notes, listener.getsockname()[1])
    finally:
        await server.drain(0.2)
