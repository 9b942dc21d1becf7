"""ASGI's http: scope, receive, send, framing, keep-alive, and what a server owes when an application or a client fails."""

import asyncio
import unittest

from trivet_worker.asgi.errors import ClientGone

from .asgi_harness import packet, serve


def start(status=200, headers=(), **more):
    return {"type": "http.response.start", "status": status, "headers": list(headers), **more}


def body(data=b"", more=False):
    return {"type": "http.response.body", "body": data, "more_body": more}


def answering(*messages):
    """An application that sends these."""

    async def application(scope, receive, send):
        for message in messages:
            await send(message)

    return application


async def echo(scope, receive, send):
    data = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        data += message["body"]
        if not message["more_body"]:
            break
    await send(start())
    await send(body(data))


class Scope(unittest.IsolatedAsyncioTestCase):
    async def scope_of(self, data, **how):
        seen = []

        async def application(scope, receive, send):
            seen.append(scope)
            await send(start())
            await send(body())

        async with serve(application, {"pool": 1}, **how) as site:
            await site.ask(data)
        return seen[0]

    async def test_everything(self):
        scope = await self.scope_of(
            packet(
                PATH_INFO="/caf\u00c3\u00a9 x", REQUEST_URI="/caf%C3%A9%20x?a=%20b", QUERY_STRING="a=%20b", REQUEST_METHOD="HEAD",
                HTTP_X_Odd_name="1", HTTP_ACCEPT="*/*", CONTENT_TYPE="text/plain", HTTP_PROXY="evil", HTTPS="on",
            )
        )  # fmt: skip
        self.assertEqual(scope["path"], "/caf\u00e9 x")
        self.assertEqual(scope["raw_path"], b"/caf%C3%A9%20x")
        self.assertEqual(scope["query_string"], b"a=%20b")
        self.assertEqual(scope["headers"], [(b"x-odd-name", b"1"), (b"accept", b"*/*"), (b"content-type", b"text/plain")])
        self.assertEqual((scope["type"], scope["method"], scope["scheme"]), ("http", "HEAD", "https"))
        self.assertEqual((scope["client"], scope["server"]), (("192.0.2.1", 4000), ("example.org", 80)))
        self.assertEqual((scope["http_version"], scope["root_path"], scope["state"]), ("1.1", "", {"pool": 1}))
        self.assertEqual(scope["asgi"]["version"], "3.0")

    async def test_mounted(self):
        data = packet(SCRIPT_NAME="/app", PATH_INFO="/app/x", REQUEST_URI="/app/x", SERVER_PROTOCOL="HTTP/2.0", REMOTE_ADDR="")
        scope = await self.scope_of(b"\x1e" + data[1:])
        self.assertEqual((scope["root_path"], scope["path"], scope["raw_path"]), ("/app", "/app/x", b"/app/x"))
        self.assertEqual((scope["http_version"], scope["client"]), ("2", None))

    async def test_without_a_request_uri(self):
        scope = await self.scope_of(packet(REQUEST_URI="", PATH_INFO="/a b\u00ff"))
        self.assertEqual((scope["raw_path"], scope["path"]), (b"/a%20b%FF", "/a b\ufffd"))


class Framing(unittest.IsolatedAsyncioTestCase):
    async def test_who_gets_what(self):
        rows = [
            ("whole", [start(), body(b"hello")], b"hello", "length"),
            ("empty", [start(), body()], b"", "length"),
            ("of told length", [start(headers=[(b"content-length", b"4")]), body(b"ab", True), body(b"cd")], b"abcd", "length"),
            ("streamed", [start(), body(b"ab", True), body(b"", True), body(b"cd", True), body()], b"abcd", "chunked"),
        ]
        for what, messages, expected, framing in rows:
            async with serve(answering(*messages)) as site:
                with self.subTest(what):
                    status, headers, data = await site.ask(packet())
                    self.assertEqual((status, data), (200, expected))
                    # Nobody offered to read chunks: such a body ends with the connection.
                    self.assertNotIn("transfer-encoding", headers)
                    self.assertEqual("content-length" in headers, framing == "length")
                    async with site.connect() as client:
                        for nonce in ("n1", "n2"):
                            status, headers, data = await client.ask(packet(nonce))
                            self.assertEqual((status, data), (200, expected))
                            self.assertEqual(headers["uwsgi-keepalive"].partition(";")[0], nonce)
                            self.assertEqual(headers.get("transfer-encoding"), "chunked" if framing == "chunked" else None)

    async def test_bodiless(self):
        async with serve(answering(start(headers=[(b"Content-Length", b"5")]), body(b"hello"))) as site:
            async with site.connect() as client:
                for nonce in ("a", "b"):
                    status, headers, _ = await client.ask(packet(nonce, REQUEST_METHOD="HEAD"), bodiless=True)
                    self.assertEqual((status, headers["content-length"]), (200, "5"))
        for status in (204, 304):
            async with serve(answering(start(status), body(b"dropped"))) as site:
                async with site.connect() as client:
                    for nonce in ("a", "b"):
                        answer = await client.ask(packet(nonce))
                        self.assertEqual(answer[0], status)
                        self.assertNotIn("content-length", answer[1])

    async def test_between_servers(self):
        fields = [(b"Connection", b"keep-alive"), (b"Transfer-Encoding", b"chunked"), (b"uwsgi-keepalive", b"forged"), (b"x", b"1")]
        async with serve(answering(start(headers=fields), body(b"z"))) as site:
            _, headers, _ = await site.ask(packet("real"))
            self.assertEqual({*headers}, {"x", "content-length", "uwsgi-keepalive"})
            self.assertTrue(headers["uwsgi-keepalive"].startswith("real;"))

    async def test_trailers(self):
        messages = [
            start(trailers=True), body(b"ab"),
            {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": True},
            {"type": "http.response.trailers", "headers": [(b"x-end", b"2")]},
        ]  # fmt: skip
        async with serve(answering(*messages)) as site:
            async with site.connect() as client:
                for nonce in ("a", "b"):
                    self.assertEqual((await client.ask(packet(nonce, HTTP_TE="trailers")))[2], b"ab")
                    self.assertEqual(client.trailers, [b"x-sum: 1\r\n", b"x-end: 2\r\n"])

    async def test_pipelined(self):
        async with serve(echo) as site:
            async with site.connect() as client:
                client.write(b"".join(packet(f"n{i}", QUERY_STRING=str(i)) for i in range(20)))
                for index in range(20):
                    self.assertTrue((await client.answer())[1]["uwsgi-keepalive"].startswith(f"n{index};"))


class Bodies(unittest.IsolatedAsyncioTestCase):
    async def test_every_cut(self):
        data = packet("n", REQUEST_METHOD="POST", CONTENT_LENGTH="11") + b"hello world"
        async with serve(echo) as site:
            async with site.connect() as client:
                for cut in range(1, len(data), 7):
                    client.write(data[:cut])
                    await client.writer.drain()
                    await asyncio.sleep(0)
                    self.assertEqual((await client.ask(data[cut:]))[2], b"hello world")

    async def test_large(self):
        sent = bytes(1000) * 3000
        async with serve(echo) as site:
            head = packet("n", REQUEST_METHOD="PUT", CONTENT_LENGTH=str(len(sent)))
            self.assertEqual((await site.ask(head + sent))[2], sent)

    async def test_a_slow_application_stops_the_sender(self):
        go = asyncio.Event()

        async def application(scope, receive, send):
            await go.wait()
            await echo(scope, receive, send)

        async with serve(application) as site:
            async with site.connect() as client:
                size = 8 << 20
                client.write(packet("n", REQUEST_METHOD="PUT", CONTENT_LENGTH=str(size)))
                client.write(bytes(size))
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.writer.drain(), 0.3)
                go.set()
                self.assertEqual(len((await client.answer())[2]), size)

    async def test_a_slow_client_stops_the_application(self):
        sent = []

        async def application(scope, receive, send):
            await send(start())
            for _ in range(200):
                await send(body(bytes(65536), True))
                sent.append(1)
            await send(body())

        async with serve(application) as site:
            async with site.connect() as client:
                client.write(packet("n"))
                await client.head()
                last = -1
                while last != len(sent):
                    last = len(sent)
                    await asyncio.sleep(0.05)
                self.assertLess(len(sent), 190)
                self.assertEqual(len(await client.chunks()), 65536 * 200)

    async def test_unread(self):
        async with serve(answering(start(), body(b"no"))) as site:
            async with site.connect() as client:
                data = packet("n", REQUEST_METHOD="POST", CONTENT_LENGTH="1000") + bytes(1000)
                for _ in range(3):
                    # Little enough to be read away.
                    self.assertIn("uwsgi-keepalive", (await client.ask(data))[1])
            async with site.connect() as client:
                client.write(packet("n", REQUEST_METHOD="POST", CONTENT_LENGTH="1000000"))
                status, headers, data = await client.answer()
                self.assertEqual((status, data), (200, b"no"))
                self.assertNotIn("uwsgi-keepalive", headers)
                client.write(bytes(1_000_000))
                self.assertEqual(await client.ended(), b"")

    async def test_stalled(self):
        async with serve(echo, socket_timeout=0.1) as site:
            async with site.connect() as client:
                answer = await client.ask(packet("n", REQUEST_METHOD="POST", CONTENT_LENGTH="10") + b"half")
                self.assertEqual(answer[0], 408)

    async def test_refused(self):
        rows = [
            (packet(REQUEST_METHOD="POST", CONTENT_LENGTH="1x"), 400),
            (packet(HTTP_TRANSFER_ENCODING="chunked"), 411),
            (packet(UWSGI_FILE="/etc/passwd"), 403),
            (packet(REQUEST_METHOD=""), 400),
            (b"GET / HTTP/1.1\r\n\r\n", 400),
            (packet(REQUEST_METHOD="POST", CONTENT_LENGTH="2000"), 413),
        ]
        async with serve(echo, max_body=1000) as site:
            for data, status in rows:
                self.assertEqual((await site.ask(data))[0], status)
            async with site.connect() as client:
                self.assertEqual(await client.reader.read(4) if client.write(b"\x64\0\0\0") is None else b"", b"\x64\0\0\x01")


class Faults(unittest.IsolatedAsyncioTestCase):
    async def test_applications_that_fail(self):
        async def raises(scope, receive, send):
            raise ValueError("boom")

        async def raises_late(scope, receive, send):
            await send(start())
            await send(body(b"ab", True))
            raise ValueError("late")

        rows = [
            (raises, 500, "ValueError: boom"),
            (answering(), 500, "with no response"),
            (answering(start()), 500, "not complete"),
            (answering(body()), 500, "may not be sent before"),
            (answering(start(), start()), 500, "may not be sent after"),
            (answering(start("200")), 500, "must be a number"),
            (answering(start(headers=[("a", "b")])), 500, "pair of bytes"),
            (answering(start(headers=[(b"a", b"b\r\nset-cookie: x")])), 500, "character that may not"),
            (answering(start(), body("text")), 500, "must be bytes"),
            (raises_late, 200, "ValueError: late"),
            (answering(start(), body(b"ab", True)), 200, "not complete"),
            (answering(start(headers=[(b"content-length", b"1")]), body(b"ab")), 200, "longer than"),
            (answering(start(headers=[(b"content-length", b"3")]), body(b"ab")), 200, "has 2 bytes"),
        ]
        for application, status, words in rows:
            async with serve(application) as site:
                with self.subTest(words):
                    async with site.connect() as client:
                        client.write(packet("n"))
                        self.assertEqual((await client.head())[0], status)
                        rest = await client.ended()
                        # A body that is cut is seen to be cut: no last chunk, or the connection is reset.
                        self.assertTrue(rest is None or not rest.endswith(b"0\r\n\r\n"))
                    while not site.notes.faults:
                        await asyncio.sleep(0.01)
                    self.assertIn(words, site.notes.faults[0])

    async def test_more_than_a_response(self):
        async with serve(answering(start(), body(b"ab"), body(b"cd"))) as site:
            async with site.connect() as client:
                # The answer was whole before the application went wrong.
                for nonce in ("a", "b"):
                    self.assertEqual((await client.ask(packet(nonce)))[2], b"ab")
            self.assertIn("after the response is complete", site.notes.faults[0])

    async def test_the_client_goes(self):
        told = asyncio.get_running_loop().create_future()

        async def application(scope, receive, send):
            await receive()
            message = await receive()
            try:
                await send(start())
            except OSError as error:
                told.set_result((message["type"], type(error)))
                raise

        async with serve(application) as site:
            async with site.connect() as client:
                client.write(packet("n"))
                await client.writer.drain()
            self.assertEqual(await asyncio.wait_for(told, 5), ("http.disconnect", ClientGone))
            self.assertEqual(site.notes.faults, [])

    async def test_receive_after_the_response(self):
        told = asyncio.get_running_loop().create_future()

        async def application(scope, receive, send):
            await receive()
            later = asyncio.ensure_future(receive())
            await send(start())
            await send(body(b"x"))
            told.set_result((await later)["type"])

        async with serve(application) as site:
            await site.ask(packet("n"))
            self.assertEqual(await asyncio.wait_for(told, 5), "http.disconnect")

    async def test_harakiri(self):
        cancelled = []

        async def application(scope, receive, send):
            if scope["path"] == "/late":
                await send(start())
                await send(body(b"begun", True))
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.append(scope["path"])
                raise

        async with serve(application, harakiri=0.1) as site:
            self.assertEqual((await site.ask(packet("n")))[0], 504)
            async with site.connect() as client:
                client.write(packet("n", PATH_INFO="/late"))
                self.assertEqual((await client.head())[0], 200)
                self.assertFalse((await client.ended() or b"").endswith(b"0\r\n\r\n"))
            self.assertEqual(cancelled, ["/", "/late"])
            self.assertIn("in application", site.notes.faults[0])
            self.assertIn("harakiri after 0.1 s", site.notes.faults[0])


class Load(unittest.IsolatedAsyncioTestCase):
    async def test_concurrency(self):
        now, most = 0, 0

        async def application(scope, receive, send):
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.01)
            now -= 1
            await send(start())
            await send(body(b"x"))

        async with serve(application, concurrency=3) as site:
            answers = await asyncio.gather(*[site.ask(packet("n")) for _ in range(20)])
            self.assertEqual({answer[0] for answer in answers}, {200})
        self.assertEqual(most, 3)

    async def test_draining(self):
        go = asyncio.Event()

        async def application(scope, receive, send):
            await go.wait()
            await send(start())
            await send(body(b"x"))

        async with serve(application) as site:
            async with site.connect() as busy, site.connect() as idle:
                busy.write(packet("n"))
                while not site.server.calls:
                    await asyncio.sleep(0.01)
                draining = asyncio.ensure_future(site.server.drain(5))
                await asyncio.sleep(0.05)
                with self.assertRaises(ConnectionRefusedError):
                    await site.ask(packet())
                go.set()
                _, headers, data = await busy.answer()
                self.assertEqual(data, b"x")
                self.assertNotIn("uwsgi-keepalive", headers)
                # One that is idle may bring the request that was under way.
                self.assertEqual((await idle.ask(packet("m")))[2], b"x")
                await asyncio.wait_for(draining, 5)
                self.assertEqual(site.server.connections, set())


if __name__ == "__main__":
    unittest.main()
