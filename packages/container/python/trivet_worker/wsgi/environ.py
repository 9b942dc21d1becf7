"""From a packet's vars to environ. They are CGI's already (RFC 3875 section 4.1): what is left is what a proxy cannot know."""

import functools
import re

from ..packet import STRIP
from ..refusal import Refused

_always = (("SCRIPT_NAME", ""), ("PATH_INFO", ""), ("QUERY_STRING", ""), ("SERVER_PROTOCOL", "HTTP/1.1"))

without_port = functools.partial(re.compile(r":[0-9]*\Z").sub, "")


def base_environ(errors, file_wrapper, multithread, multiprocess):
    """What is the same in every environ of a core."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": errors,
        "wsgi.multithread": multithread,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": file_wrapper,
    }


def make_environ(packet, base):
    """The environ of one request, without its input; raises Refused when its vars cannot be one."""
    environ = packet.vars
    environ.update(base)
    if not environ.get("REQUEST_METHOD"):
        raise Refused("missing-var", "no REQUEST_METHOD among the vars (in nginx: is `include uwsgi_params` missing?)")
    for name, value in _always:
        if name not in environ:
            environ[name] = value
    if environ.get("CONTENT_TYPE") == "":
        del environ["CONTENT_TYPE"]
    if "HTTPS" in environ or "UWSGI_SCHEME" in environ or environ.get("REQUEST_SCHEME") == "https":
        _set_scheme(environ)
    if not environ.get("SERVER_NAME"):
        environ["SERVER_NAME"] = without_port(environ.get("HTTP_HOST", "")) or "localhost"
    if not environ.get("SERVER_PORT"):
        environ["SERVER_PORT"] = "443" if environ["wsgi.url_scheme"] == "https" else "80"
    if packet.modifier1 == STRIP:
        _strip_script_name(environ)
    return environ


def _set_scheme(environ):
    https = environ.get("HTTPS")
    if (
        https in ("on", "1")
        or environ.get("UWSGI_SCHEME") == "https"
        or (https is None and environ.get("REQUEST_SCHEME") == "https")
    ):
        environ["HTTPS"] = "on"
        environ["wsgi.url_scheme"] = "https"
    elif https is not None:
        del environ["HTTPS"]


def _strip_script_name(environ):
    """Modifier 30: SCRIPT_NAME is to be taken off PATH_INFO."""
    prefix = environ["SCRIPT_NAME"]
    if prefix.endswith("/"):
        prefix = prefix[:-1]
    path = environ["PATH_INFO"]
    rest = path[len(prefix) :]
    if not path.startswith(prefix) or (rest and not rest.startswith("/")):
        raise Refused(
            "mount-mismatch",
            f"modifier 30 asks to strip, but PATH_INFO {ascii(path)} is not below SCRIPT_NAME {ascii(prefix)}",
        )
    environ["SCRIPT_NAME"] = prefix
    environ["PATH_INFO"] = rest
