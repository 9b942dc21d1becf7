"""WebSocket (RFC 6455) without I/O: frames in, messages out. ASGI and `uwsgi.websocket_*` stand on it."""
