"""A rule of the uwsgi protocol that a peer broke, and the answer that tells it which."""

from http import HTTPStatus

#: Code to status. uWSGI closes without a byte, which a proxy can only call 502.
STATUSES = {
    "http-request": 400,
    "unknown-modifier": 501,
    "vars-too-large": 431,
    "too-many-vars": 431,
    "empty-key": 400,
    "truncated-var": 400,
    "bad-content-length": 400,
    "length-required": 411,
    "body-too-large": 413,
    "cut-packet": 400,
    "cut-body": 400,
    "timeout": 408,
    "control-var": 403,
    "mount-mismatch": 404,
    "missing-var": 400,
    "bad-upgrade": 400,
}


class Refused(Exception):
    """A request that is not taken. Codes are API, the wording is not."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.status = STATUSES[code]


def plain_answer(status, text):
    """A whole response of plain text, after which the connection ends."""
    reason = HTTPStatus(status).phrase
    body = f"{status} {reason}\n\n{text}\n".encode("ascii", "replace")
    head = (
        f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def refusal_answer(refused):
    """The response to a request that is not taken."""
    text = "".join(c if " " <= c <= "~" else "?" for c in str(refused))
    return plain_answer(refused.status, f"uwsgi [{refused.code}]: {text}")
