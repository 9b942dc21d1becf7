import unittest

from trivet_worker.wsgi.errors import ContractError
from trivet_worker.wsgi.headers import head_text


class Heads(unittest.TestCase):
    def test_a_head(self):
        headers = [("Content-Type", "text/plain"), ("Content-Length", "007"), ("Set-Cookie", "a=\xe9")]
        expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nSet-Cookie: a=\xe9\r\n"
        for _ in range(2):
            self.assertEqual(head_text("200 OK", headers), (expected, 7, False))

    def test_the_servers_own_sign_is_left_out(self):
        self.assertEqual(head_text("200 OK", [("Uwsgi-KeepAlive", "x")]), ("HTTP/1.1 200 OK\r\n", None, False))

    def test_what_is_refused(self):
        for status in (b"200 OK", None, 200, "200OK", "200", "99 x", "101 Switching", "600 x", "200 a\nb", "200 \u20ac", "", []):
            with self.subTest(status=status), self.assertRaises(ContractError):
                head_text(status, [])
        for headers in (None, (), {}, "x", iter(())):
            with self.subTest(headers=headers), self.assertRaises(ContractError):
                head_text("200 OK", headers)
        for field in (
            ["A", "b"], ("A",), ("A", "b", "c"), ("A", b"b"), (b"A", "b"), ("A", None), ("A b", "c"), ("A:", "b"), ("", "b"),
            ("A", "b\r\nC: d"), ("A", "b\x00"), ("A\u20ac", "b"), ("A", "\u20ac"), ("Connection", "close"),
            ("transfer-encoding", "chunked"), ("Content-Length", "x"), ("Content-Length", "-1"), ("Content-Length", ""), "AB",
        ):  # fmt: skip
            with self.subTest(field=field), self.assertRaises(ContractError):
                head_text("200 OK", [field])
        with self.assertRaises(ContractError):
            head_text("200 OK", [("Content-Length", "1"), ("content-length", "1")])
