"""What the container's master tells its Python workers: the member `payload` of `start`, made into attributes."""


class Settings:
    def __init__(self, payload):
        limits = payload["limits"]
        #: `{"kind": "file" | "module", "module", "callable"}`; None when there are mounts alone.
        self.application = payload.get("application")
        #: `{"prefix", "application"}` for each mounted application.
        self.mounts = payload.get("mounts", [])
        self.manage_script_name = payload.get("manageScriptName", False)
        #: wsgi or asgi; None tells by the application's shape.
        self.interface = payload.get("interface")
        #: `{"concurrency", "websocketMaxSize", "websocketPing", "websocketPong"}`; sizes in bytes, times in seconds.
        self.asgi = payload.get("asgi", {})
        #: It is loaded to see whether that works: nothing of it is called.
        self.only_loads = payload.get("onlyLoads", False)
        self.directory = payload["directory"]
        self.python_path = payload.get("pythonPath", [])
        self.virtualenv = payload.get("virtualenv")
        self.processes = payload.get("processes", 1)
        self.threads = payload.get("threads", 1)
        #: Bytes, 0 for the system's default.
        self.thread_stack = payload.get("threadStack", 0)
        self.buffer_size = limits["bufferSize"]
        self.max_vars = limits["maxVars"]
        self.max_body = limits.get("maxBody")
        #: From here on in seconds.
        self.socket_timeout = limits["uwsgiTimeout"] / 1000
        self.harakiri = payload.get("harakiri", 0) / 1000
        self.mercy = payload["mercy"] / 1000
        #: How often changed modules are looked for; 0 for never.
        self.autoreload = payload.get("autoreload", 0)
        log = payload["log"]
        self.log = log
        self.log_file = log.get("file")
        #: What `import uwsgi` needs of the master; see api/context.py.
        self.shared = payload.get("api", {})
