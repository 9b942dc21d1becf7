"""Several applications in one worker: uWSGI's `mount`, the longest prefix first, compared by whole segments."""


class Mounts:
    """With `manage` a prefix is found at the beginning of PATH_INFO and moves to SCRIPT_NAME; without, a proxy in front
    has set SCRIPT_NAME, and who it names exactly answers."""

    def __init__(self, applications, root, manage):
        self._root = root or not_found
        self._named = dict(applications)
        self._ordered = sorted(applications, key=lambda pair: -len(pair[0])) if manage else None

    def __call__(self, environ, start_response):
        if self._ordered is None:
            return self._named.get(environ["SCRIPT_NAME"], self._root)(environ, start_response)
        path = environ["PATH_INFO"]
        for prefix, application in self._ordered:
            if path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/"):
                environ["SCRIPT_NAME"] += prefix
                environ["PATH_INFO"] = path[len(prefix) :]
                return application(environ, start_response)
        return self._root(environ, start_response)


def not_found(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"404 Not Found\n\nno application is mounted here\n"]
