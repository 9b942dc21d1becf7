"""uWSGI's line per request, and its `log-format`: from settings to functions of a record.

Two figures have no counterpart: requests of all workers = those of this one, switches = 1.
"""

import os
import re
import time

_control = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def one_line(text):
    """Makes a text from outside safe for one line of a log."""
    return _control.sub(lambda match: f"\\x{ord(match[0]):02x}", text) if _control.search(text) else text


class Record:
    """One answered request."""

    __slots__ = ("core", "packet", "environ", "response", "duration", "started")

    def __init__(self, core, packet, environ, response):
        self.core = core
        self.packet = packet
        self.environ = environ
        self.response = response
        #: Seconds, and seconds since 1970.
        self.duration = time.monotonic() - core.started
        self.started = time.time() - self.duration


def request_uri(environ):
    uri = environ.get("REQUEST_URI")
    if uri:
        return uri
    query = environ.get("QUERY_STRING")
    return f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}{'?' + query if query else ''}"


def status_code(response):
    return response.status[:3] if response.status else "0"


def common_log_time(seconds):
    return time.strftime("%d/%b/%Y:%H:%M:%S %z", time.localtime(seconds))


def standard_line(record, micros=False):
    elapsed = f"{int(record.duration * 1e6)} micros" if micros else f"{int(record.duration * 1000)} msecs"
    environ = record.environ
    response = record.response
    core = record.core
    packet = record.packet
    return one_line(
        f"[pid: {os.getpid()}|app: 0|req: {core.requests}/{core.requests}] {environ.get('REMOTE_ADDR', '')} "
        f"({environ.get('REMOTE_USER', '')}) {{{packet.count} vars in {packet.size} bytes}} "
        f"[{time.ctime(record.started)}] {environ.get('REQUEST_METHOD')} {request_uri(environ)} => "
        f"generated {response.sent} bytes in {elapsed} "
        f"({environ.get('SERVER_PROTOCOL')} {status_code(response)}) "
        f"{len(response.headers)} headers in {response.head_size} bytes (1 switches on core {core.index})"
    )


def _of_environ(key):
    return lambda record: record.environ.get(key)


#: The variables of `log-format`.
VARIABLES = {
    "uri": lambda record: request_uri(record.environ),
    "method": _of_environ("REQUEST_METHOD"),
    "user": _of_environ("REMOTE_USER"),
    "addr": _of_environ("REMOTE_ADDR"),
    "host": _of_environ("HTTP_HOST"),
    "proto": _of_environ("SERVER_PROTOCOL"),
    "uagent": _of_environ("HTTP_USER_AGENT"),
    "referer": _of_environ("HTTP_REFERER"),
    "status": lambda record: status_code(record.response),
    "rsize": lambda record: record.response.sent,
    "hsize": lambda record: record.response.head_size,
    "size": lambda record: record.response.sent + record.response.head_size,
    "cl": lambda record: record.packet.length,
    "micros": lambda record: int(record.duration * 1e6),
    "msecs": lambda record: int(record.duration * 1e3),
    "secs": lambda record: int(record.duration),
    "time": lambda record: int(record.started),
    "tmsecs": lambda record: int(record.started * 1e3),
    "tmicros": lambda record: int(record.started * 1e6),
    "epoch": lambda record: int(time.time()),
    "ctime": lambda record: time.ctime(record.started),
    "ltime": lambda record: common_log_time(record.started),
    "ftime": lambda record: common_log_time(record.started),
    "pid": lambda record: os.getpid(),
    "wid": lambda record: record.core.worker_id,
    "vars": lambda record: record.packet.count,
    "pktsize": lambda record: record.packet.size,
    "headers": lambda record: len(record.response.headers),
    "core": lambda record: record.core.index,
    "switches": lambda record: 1,
}


def compile_format(text, timed=False):
    """A `log-format` as a function from record to line; what a request does not have, and unknown names, are `-`."""
    parts = []
    for part in re.split(r"(%\([^)]*\))", text):
        if not part.startswith("%("):
            # Only the format's own text: what a client sends, such as `%20`, is no conversion.
            if timed:
                parts.append(lambda record, text=part: time.strftime(text, time.localtime(record.started)))
            else:
                parts.append(lambda record, text=part: text)
            continue
        name = part[2:-1]
        if name.startswith("var."):
            read = _of_environ(name[4:])
        else:
            read = VARIABLES.get(name) or (lambda record, name=name: record.core.log_variables.get(name))
        parts.append(lambda record, read=read: _shown(read(record)))
    return lambda record: "".join([part(record) for part in parts])


def _shown(value):
    return "-" if value is None else one_line(str(value))


def compile_line(settings):
    """The line that the settings ask for."""
    text = settings.get("format")
    micros = settings.get("micros", False)
    plain = (
        (lambda record: standard_line(record, micros))
        if text is None
        else compile_format(text, settings.get("strftime", False))
    )
    if settings.get("forwardedFor"):
        direct = plain
        plain = lambda record: direct(_from_forwarded(record))  # noqa: E731
    if settings.get("memory"):
        short = plain
        return lambda record: f"{memory_report()} {short(record)}"
    return plain


def compile_conditions(settings):
    """Whether a request gets a line; None: every one does."""
    if settings["requests"]:
        return None
    conditions = settings["conditions"]
    slow, big = conditions.get("slow"), conditions.get("big")

    def wanted(record):
        status, sent = status_code(record.response), record.response.sent
        return (
            (conditions["empty"] and sent == 0)
            or (conditions["status4xx"] and status.startswith("4"))
            or (conditions["status5xx"] and status.startswith("5"))
            or (slow is not None and record.duration * 1000 >= slow)
            or (big is not None and sent >= big)
        )

    return wanted


def logs_requests(settings):
    """Whether there may be a line for some request at all."""
    conditions = settings.get("conditions") or {}
    return settings["requests"] or any(value is not None and value is not False for value in conditions.values())


def _from_forwarded(record):
    client = record.environ.get("HTTP_X_FORWARDED_FOR")
    if client is not None:
        record.environ = {**record.environ, "REMOTE_ADDR": client}
    return record


def memory_report():
    """uWSGI's two figures; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="latin-1") as status:
            sizes = dict(re.findall(r"^(VmSize|VmRSS):\s+(\d+) kB$", status.read(), re.MULTILINE))
    except OSError:
        sizes = {}
    vsz, rss = (int(sizes.get(name, 0)) * 1024 for name in ("VmSize", "VmRSS"))
    return f"{{address space usage: {vsz} bytes/{vsz >> 20}MB}} {{rss usage: {rss} bytes/{rss >> 20}MB}}"
