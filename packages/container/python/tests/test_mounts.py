import unittest

from trivet_worker.mounts import Mounts


def named(name):
    return lambda environ, start_response: [name, environ["SCRIPT_NAME"], environ["PATH_INFO"]]


class Mounting(unittest.TestCase):
    def setUp(self):
        self.applications = [("/a", named("a")), ("/a/b", named("b"))]

    def call(self, mounts, path, script=""):
        return mounts({"SCRIPT_NAME": script, "PATH_INFO": path}, lambda status, headers: None)

    def test_the_longest_prefix_by_segments(self):
        mounts = Mounts(self.applications, named("root"), True)
        for path, expected in (
            ("/a", ["a", "/a", ""]), ("/a/x", ["a", "/a", "/x"]), ("/a/b", ["b", "/a/b", ""]), ("/a/b/", ["b", "/a/b", "/"]),
            ("/a/bc", ["a", "/a", "/bc"]), ("/ab", ["root", "", "/ab"]), ("/", ["root", "", "/"]),
        ):  # fmt: skip
            self.assertEqual(self.call(mounts, path), expected)
        self.assertEqual(self.call(mounts, "/a/x", "/before"), ["a", "/before/a", "/x"])

    def test_a_proxy_has_set_script_name(self):
        mounts = Mounts(self.applications, None, False)
        self.assertEqual(self.call(mounts, "/x", "/a"), ["a", "/a", "/x"])
        self.assertEqual(self.call(mounts, "/a/x"), [b"404 Not Found\n\nno application is mounted here\n"])
