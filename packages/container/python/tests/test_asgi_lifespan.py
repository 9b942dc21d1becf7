"""ASGI's lifespan: who knows it, who cannot start, and what the end says."""

import unittest

from trivet_worker.asgi.errors import LifespanFailed
from trivet_worker.asgi.lifespan import Lifespan
from trivet_worker.asgi.recognise import as_single_callable, is_asgi


class Protocol(unittest.IsolatedAsyncioTestCase):
    async def test_start_and_end(self):
        seen = []

        async def application(scope, receive, send):
            scope["state"]["pool"] = 1
            seen.append((await receive())["type"])
            await send({"type": "lifespan.startup.complete"})
            seen.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})

        lifespan = Lifespan(application)
        self.assertTrue(await lifespan.startup())
        self.assertEqual(lifespan.state, {"pool": 1})
        self.assertIsNone(await lifespan.shutdown())
        self.assertEqual(seen, ["lifespan.startup", "lifespan.shutdown"])

    async def test_who_does_not_know_it(self):
        async def raises(scope, receive, send):
            raise ValueError("only http here")

        async def returns(scope, receive, send):
            pass

        for application in (raises, returns):
            lifespan = Lifespan(application)
            self.assertFalse(await lifespan.startup())
            self.assertIsNone(await lifespan.shutdown())

    async def test_who_cannot_start(self):
        async def says(scope, receive, send):
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no database"})

        async def raises(scope, receive, send):
            await receive()
            raise RuntimeError("no database")

        for application in (says, raises):
            with self.assertRaisesRegex(LifespanFailed, "no database"):
                await Lifespan(application).startup()

    async def test_a_bad_end(self):
        def ending(how):
            async def application(scope, receive, send):
                await receive()
                await send({"type": "lifespan.startup.complete"})
                await receive()
                await how(send)

            return application

        async def says(send):
            await send({"type": "lifespan.shutdown.failed", "message": "disk full"})

        async def raises(send):
            raise RuntimeError("disk full")

        for how in (says, raises):
            lifespan = Lifespan(ending(how))
            await lifespan.startup()
            self.assertIn("disk full", await lifespan.shutdown())


class Shapes(unittest.TestCase):
    def test_what_is_one(self):
        async def function(scope, receive, send): ...

        class Callable:
            async def __call__(self, scope, receive, send): ...

        class Double:
            def __init__(self, scope): ...
            async def __call__(self, receive, send): ...

        def wsgi(environ, start_response): ...

        async def fetch(request): ...

        class Wsgi:
            def __call__(self, environ, start_response): ...

        for application in (function, Callable(), Callable().__call__, Double):
            self.assertTrue(is_asgi(application), application)
        for application in (wsgi, fetch, Wsgi, Wsgi(), None, 3, "text"):
            self.assertFalse(is_asgi(application), application)
        self.assertIsNot(as_single_callable(Double), Double)
        self.assertIs(as_single_callable(function), function)


if __name__ == "__main__":
    unittest.main()
