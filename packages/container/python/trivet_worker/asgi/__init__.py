"""ASGI 3 (http, websocket, lifespan) on the inherited sockets: asyncio, with uvloop's loop where it is installed."""
