"""A worker that can be forked, written from WORKER.md alone: its zygote loads, forks when told to, and reaps."""
import json, os, select, signal, socket, sys

path = os.environ.pop("TRIVET_CONTROL")
role = os.environ.pop("TRIVET_ROLE", "worker")
pretended = int(os.environ.get("PRETENDED_NUMBER", 0))  # what it says is its own, where it is to lie


class Control:
    """One control connection: says messages and reads them, buffered by line."""

    def __init__(self, token):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.socket.settimeout(None)
        self.held = b""
        self.say(type="hello", version=1, token=token, pid=pretended or os.getpid())
        self.start = self.wait()

    def say(self, **message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def lines(self):
        """What has come; a drain when the master is gone."""
        data = self.socket.recv(65536)
        if not data:
            return [{"type": "drain"}]
        *lines, self.held = (self.held + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def wait(self):
        while b"\n" not in self.held:
            self.held += self.socket.recv(65536)
        line, self.held = self.held.split(b"\n", 1)
        return json.loads(line)


def redirect(token, stream, fd):
    output = socket.socket(socket.AF_UNIX)
    output.connect(path)
    output.sendall(json.dumps({"type": "output", "token": token, "stream": stream}).encode() + b"\n")
    os.dup2(output.detach(), fd)


def zygote():
    control = Control(os.environ.pop("TRIVET_TOKEN"))
    listeners = [socket.socket(fileno=inherited["fd"]) for inherited in control.start["listeners"]]
    control.say(type="step", name="load application")
    if control.start["payload"] == "broken":
        control.say(type="failed", message="no module named app", stack="Traceback: no module named app")
        sys.exit(1)
    if control.start["payload"] == "stuck":
        signal.pause()
    application = f"loaded by {os.getpid()}"  # what the children share
    reaped, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    control.say(type="loaded")
    children, draining = set(), False
    while children or not draining:
        readable, _, _ = select.select([reaped] if draining else [reaped, control.socket], [], [])
        if reaped in readable:
            os.read(reaped, 4096)
            for pid in list(children):
                done, status = os.waitpid(pid, os.WNOHANG)
                if done:
                    children.discard(pid)
                    code = os.waitstatus_to_exitcode(status)
                    name = signal.Signals(-code).name if code < 0 else None
                    control.say(type="exited", pid=pid, code=None if code < 0 else code, signal=name)
        if control.socket in readable:
            for message in control.lines():
                if message["type"] == "drain":
                    draining = True
                elif message["type"] == "fork":
                    pid = os.fork()
                    if pid == 0:
                        signal.set_wakeup_fd(-1)
                        for fd in (reaped, wake):
                            os.close(fd)
                        control.socket.close()
                        redirect(message["token"], "stdout", 1)
                        redirect(message["token"], "stderr", 2)
                        worker(message["token"], listeners, application)
                        os._exit(0)
                    children.add(pid)
                    control.say(type="forked", token=message["token"], pid=pretended or pid)


def worker(token, listeners, application):
    control = Control(token)
    for listener, inherited in zip(listeners, control.start["listeners"]):
        listener.listen(inherited["backlog"])
        listener.settimeout(0)
    board = control.start["scoreboard"]
    with open(board["path"], "r+b", buffering=0) as file:
        os.pwrite(file.fileno(), __import__("struct").pack("<dd", os.getpid(), 2), board["offset"])
    print("forked", flush=True)
    print("and said so", file=sys.stderr, flush=True)
    control.say(type="ready", info={"application": application, "slot": control.start["slot"]})
    while True:
        readable, _, _ = select.select([control.socket, *listeners], [], [])
        if control.socket in readable:
            for message in control.lines():
                if message["type"] == "drain":
                    return
                if message["type"] == "ping":
                    control.say(type="pong")
                if message["type"] == "crash":
                    os.kill(os.getpid(), signal.SIGSEGV)
        for listener in set(readable) & set(listeners):
            try:
                client, _ = listener.accept()
            except BlockingIOError:
                continue
            client.settimeout(5)
            client.recv(65536)
            body = f"{application}, answered by {os.getpid()}".encode()
            client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            client.close()


for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)
for fd in range(3, 3 + int(os.environ["LISTEN_FDS"])):
    os.set_inheritable(fd, False)
if role == "zygote":
    zygote()
else:
    listeners = [socket.socket(fileno=3 + index) for index in range(int(os.environ["LISTEN_FDS"]))]
    worker(os.environ.pop("TRIVET_TOKEN"), listeners, f"loaded by {os.getpid()}")
