"""From a packet's vars to the scope of a connection (ASGI's "HTTP & WebSocket", version 2.4)."""

from typing import Any, Dict, List, Mapping, Optional, Tuple
from urllib.parse import quote

SPEC = {"version": "3.0", "spec_version": "2.4"}

#: Names of vars to names of headers. Clients invent names without end: only so many are kept.
_names: Dict[str, bytes] = {"CONTENT_TYPE": b"content-type", "CONTENT_LENGTH": b"content-length"}
_kept_names = 1024

Headers = List[Tuple[bytes, bytes]]


def header_name(key: str) -> Optional[bytes]:
    """`HTTP_ACCEPT` is `accept`; None for what is no header."""
    name = _names.get(key)
    if name is None and key.startswith("HTTP_"):
        name = key[5:].replace("_", "-").lower().encode("latin-1")
        if len(_names) < _kept_names and len(key) <= 64:
            _names[key] = name
    return name


def read_headers(vars: Mapping[str, str]) -> Headers:
    """The request's headers, in the order of the vars."""
    headers = []
    for key, value in vars.items():
        name = header_name(key)
        if name is not None:
            headers.append((name, value.encode("latin-1")))
    return headers


def read_address(host: Optional[str], port: Optional[str]) -> Optional[Tuple[str, int]]:
    """An address, where there is one: a peer on a unix socket has none."""
    if not host:
        return None
    return (host, int(port) if port and port.isascii() and port.isdigit() else 0)


def make_scope(vars: Mapping[str, str], state: Mapping[str, Any], chunks: bool) -> Dict[str, Any]:
    """The scope of an HTTP request. `vars` are complete (wsgi/environ.py); `chunks`: the peer reads chunked bodies."""
    root = vars["SCRIPT_NAME"]
    # uwsgi's PATH_INFO is decoded; a path that is not UTF-8 is shown with what replaces such bytes.
    path = (root + vars["PATH_INFO"]).encode("latin-1")
    uri = vars.get("REQUEST_URI")
    raw = uri.partition("?")[0].encode("latin-1") if uri else quote(path, safe="/!$&'()*+,;=:@~").encode("ascii")
    version = vars["SERVER_PROTOCOL"].rpartition("/")[2]
    # Trailers are for a client that says it reads them, behind a proxy that passes them on.
    trailers = chunks and "trailers" in vars.get("HTTP_TE", "").lower()
    return {
        "type": "http",
        "asgi": SPEC,
        "http_version": version[:-2] if version.endswith(".0") and version != "1.0" else version,
        "method": vars["REQUEST_METHOD"].upper(),
        "scheme": vars["wsgi.url_scheme"],
        "path": path.decode("utf-8", "replace"),
        "raw_path": raw,
        "query_string": vars["QUERY_STRING"].encode("latin-1"),
        "root_path": root.encode("latin-1").decode("utf-8", "replace"),
        "headers": read_headers(vars),
        "client": read_address(vars.get("REMOTE_ADDR"), vars.get("REMOTE_PORT")),
        "server": read_address(vars.get("SERVER_NAME"), vars.get("SERVER_PORT")),
        "state": dict(state),
        "extensions": {"http.response.trailers": {}} if trailers else {},
    }


def make_websocket_scope(vars: Mapping[str, str], state: Mapping[str, Any]) -> Dict[str, Any]:
    """The scope of a request that wants to go on as a WebSocket."""
    scope = make_scope(vars, state, False)
    del scope["method"]
    scope["type"] = "websocket"
    scope["scheme"] = "wss" if scope["scheme"] == "https" else "ws"
    scope["extensions"] = {"websocket.http.response": {}}
    offered = vars.get("HTTP_SEC_WEBSOCKET_PROTOCOL", "")
    scope["subprotocols"] = [name.strip() for name in offered.split(",") if name.strip()]
    return scope
