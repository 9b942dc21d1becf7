"""What uWSGI's module has and this one has not, each with the reason; asked for, it raises AttributeError with it."""

from typing import Dict

_async = "it belongs to uWSGI's `async` mode: write an ASGI application, or use `threads`"
_farm = "there are no farms: give a mule its number"
_shared = "there is no shared memory: use a cache"
_metrics = "metrics are the master's own; there is no way to set one"
_rpc = "there is no RPC between applications: use HTTP, or a mule"
_raw = "the request's body is `wsgi.input`, with chunks undone"
_socket = "open a socket with Python's own `socket`"

REASONS: Dict[str, str] = {
    **dict.fromkeys(
        ("async_sleep", "async_connect", "suspend", "green_schedule", "wait_fd_read", "wait_fd_write", "ready_fd",
         "request_context"), _async,
    ),
    **dict.fromkeys(("farm_msg", "farm_get_msg", "mule_file"), _farm),
    **dict.fromkeys(("call", "rpc", "rpc_list", "register_rpc"), _rpc),
    **dict.fromkeys(("chunked_read", "chunked_read_nb"), _raw),
    **dict.fromkeys(("connect", "is_connected", "send", "recv", "close", "send_message"), _socket),
    **dict.fromkeys(
        ("metric_get", "metric_set", "metric_set_max", "metric_set_min", "metric_inc", "metric_dec", "metric_mul",
         "metric_div", "snmp_set_gauge", "snmp_incr_gauge", "snmp_decr_gauge", "snmp_set_community"), _metrics,
    ),
    **dict.fromkeys(
        ("SymbolsImporter", "SymbolsZipImporter", "ZipImporter", "embedded_data", "extract"),
        "nothing is embedded in this server",
    ),
    "alarm": "there are no alarms: write to the log",
    "offload": "a front already sends answers for its workers",
    "route": "let the proxy in front do it",
    "magic_table": "placeholders are expanded when the configuration is read",
    "lord_scroll": "there are no legions", "scrolls": "there are no legions",
    "set_warning_message": "write to the log",
    "erlang_register_process": "there is no Erlang here",
}  # fmt: skip

#: Beginnings of names, for families of functions.
FAMILIES: Dict[str, str] = {
    "sharedarea_": _shared,
    "queue_": "there is no shared queue: use a cache, or a mule",
    "cache_": "there is no cache: set `cache2 = name=...,items=...`",
    "spooler": "there is no spooler: set `spooler = FOLDER`",
}


def reason(name: str) -> str:
    """Why `uwsgi.name` is not there."""
    if name in ("spool", "send_to_spooler", "set_spooler_frequency"):
        return FAMILIES["spooler"]
    known = REASONS.get(name)
    if known is not None:
        return known
    family = next((why for prefix, why in FAMILIES.items() if name.startswith(prefix)), None)
    return family or "uWSGI has none of this name that is known here"
