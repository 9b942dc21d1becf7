"""ASGI's websocket over a switched connection."""

import asyncio
import unittest

from trivet_worker.websocket.frames import BINARY, CLOSE, PING, PONG, TEXT

from .asgi_harness import packet, serve
from .test_websocket import client_frame

UPGRADE = {
    "HTTP_UPGRADE": "websocket",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}


def upgrade(**vars):
    return packet(**{**UPGRADE, **vars})


async def server_frame(client):
    """The next frame: opcode and payload."""
    first, size = await client.reader.readexactly(2)
    if size == 126:
        size = int.from_bytes(await client.reader.readexactly(2), "big")
    elif size == 127:
        size = int.from_bytes(await client.reader.readexactly(8), "big")
    return first & 0x0F, await client.reader.readexactly(size)


async def echo(scope, receive, send):
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            scope["state"]["ends"].append((message["code"], message["reason"]))
            return
        await send({"type": "websocket.send", **{key: message[key] for key in ("text", "bytes") if key in message}})


class Echo(unittest.IsolatedAsyncioTestCase):
    async def test_messages(self):
        ends = []
        async with serve(echo, {"ends": ends}) as site:
            async with site.connect() as client:
                # The first message may come with the request.
                client.write(upgrade() + client_frame(TEXT, b"early"))
                status, headers = await client.head()
                self.assertEqual(status, 101)
                self.assertEqual(headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                self.assertEqual(headers["upgrade"], "websocket")
                self.assertNotIn("uwsgi-keepalive", headers)
                self.assertEqual(await server_frame(client), (TEXT, b"early"))
                client.write(client_frame(BINARY, bytes(100_000)) + client_frame(PING, b"?"))
                frames = [await server_frame(client), await server_frame(client)]
                self.assertEqual(sorted(frames), [(BINARY, bytes(100_000)), (PONG, b"?")])
                client.write(client_frame(CLOSE, b"\x0f\xa0bye"))
                self.assertEqual(await server_frame(client), (CLOSE, b"\x0f\xa0"))
                self.assertEqual(await client.ended(), b"")
        self.assertEqual(ends, [(4000, "bye")])

    async def test_a_broken_rule(self):
        ends = []
        for data, code in ((b"\x81\x01x", 1002), (client_frame(TEXT, b"\xff"), 1007), (client_frame(TEXT, bytes(2000)), 1009)):
            async with serve(echo, {"ends": ends}, websocket_max_size=1000) as site:
                async with site.connect() as client:
                    await client.ask(upgrade())
                    client.write(data)
                    opcode, payload = await server_frame(client)
                    self.assertEqual((opcode, int.from_bytes(payload[:2], "big")), (CLOSE, code))
        self.assertEqual([code for code, _ in ends], [1002, 1007, 1009])

    async def test_the_client_vanishes(self):
        ends = []
        async with serve(echo, {"ends": ends}) as site:
            async with site.connect() as client:
                await client.ask(upgrade())
            while not ends:
                await asyncio.sleep(0.01)
        self.assertEqual(ends, [(1006, "")])

    async def test_pings(self):
        ends = []
        async with serve(echo, {"ends": ends}, websocket_ping=0.1, websocket_pong=0.3) as site:
            async with site.connect() as client:
                await client.ask(upgrade())
                self.assertEqual(await server_frame(client), (PING, b""))
                client.write(client_frame(PONG))
                self.assertEqual(await server_frame(client), (PING, b""))
                # Unanswered.
                self.assertIn(await client.ended(), (b"", None))
        self.assertEqual(ends, [(1006, "")])

    async def test_draining(self):
        ends = []
        async with serve(echo, {"ends": ends}) as site:
            async with site.connect() as client:
                await client.ask(upgrade())
                draining = asyncio.ensure_future(site.server.drain(5))
                opcode, payload = await server_frame(client)
                self.assertEqual((opcode, payload[:2]), (CLOSE, (1012).to_bytes(2, "big")))
                client.write(client_frame(CLOSE, payload[:2]))
                await asyncio.wait_for(draining, 5)
        self.assertEqual([code for code, _ in ends], [1012])

    async def test_a_slow_client_stops_the_application(self):
        sent = []

        async def application(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            for _ in range(300):
                await send({"type": "websocket.send", "bytes": bytes(65535)})
                sent.append(1)

        async with serve(application) as site:
            async with site.connect() as client:
                await client.ask(upgrade())
                last = -1
                while last != len(sent):
                    last = len(sent)
                    await asyncio.sleep(0.05)
                self.assertLess(len(sent), 290)

    async def test_a_slow_application_stops_the_client(self):
        async def application(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            await asyncio.sleep(60)

        async with serve(application) as site:
            async with site.connect() as client:
                await client.ask(upgrade())
                frame = client_frame(BINARY, bytes(60000))
                for _ in range(200):
                    client.write(frame)
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.writer.drain(), 0.3)


class Opening(unittest.IsolatedAsyncioTestCase):
    async def test_subprotocol_and_headers(self):
        seen = []

        async def application(scope, receive, send):
            seen.append(scope)
            await receive()
            await send({"type": "websocket.accept", "subprotocol": "b", "headers": [(b"x-a", b"1")]})
            await send({"type": "websocket.close", "code": 3000, "reason": "enough"})

        async with serve(application) as site:
            async with site.connect() as client:
                status, headers, _ = await client.ask(upgrade(HTTP_SEC_WEBSOCKET_PROTOCOL="a, b", HTTPS="on"))
                self.assertEqual((status, headers["sec-websocket-protocol"], headers["x-a"]), (101, "b", "1"))
                self.assertEqual(await server_frame(client), (CLOSE, b"\x0b\xb8enough"))
        self.assertEqual((seen[0]["type"], seen[0]["scheme"], seen[0]["subprotocols"]), ("websocket", "wss", ["a", "b"]))
        self.assertNotIn("method", seen[0])

    async def test_refused_by_the_application(self):
        async def closes(scope, receive, send):
            await receive()
            await send({"type": "websocket.close"})

        async def answers(scope, receive, send):
            await receive()
            await send({"type": "websocket.http.response.start", "status": 401, "headers": [(b"x-why", b"key")]})
            await send({"type": "websocket.http.response.body", "body": b"no", "more_body": True})
            await send({"type": "websocket.http.response.body", "body": b"pe"})

        for application, status, data in ((closes, 403, b""), (answers, 401, b"nope")):
            async with serve(application) as site:
                async with site.connect() as client:
                    for nonce in ("a", "b"):
                        answer = await client.ask(upgrade(UWSGI_KEEPALIVE=nonce))
                        self.assertEqual((answer[0], answer[2]), (status, data))
                self.assertEqual(site.notes.faults, [])

    async def test_faults(self):
        async def raises(scope, receive, send):
            raise ValueError("boom")

        async def raises_later(scope, receive, send):
            await send({"type": "websocket.accept"})
            raise ValueError("late")

        async def returns(scope, receive, send):
            pass

        for application, status, words in ((raises, 500, "boom"), (returns, 500, "before it accepted"), (raises_later, 101, "late")):
            async with serve(application) as site:
                async with site.connect() as client:
                    self.assertEqual((await client.ask(upgrade()))[0], status)
                    if status == 101:
                        self.assertEqual(await server_frame(client), (CLOSE, (1011).to_bytes(2, "big")))
                self.assertIn(words, site.notes.faults[0])

    async def test_requests_that_ask_wrongly(self):
        async with serve(echo, {"ends": []}) as site:
            self.assertEqual((await site.ask(upgrade(HTTP_SEC_WEBSOCKET_VERSION="8")))[0], 400)
            self.assertEqual((await site.ask(upgrade(HTTP_SEC_WEBSOCKET_KEY="short")))[0], 400)


if __name__ == "__main__":
    unittest.main()
