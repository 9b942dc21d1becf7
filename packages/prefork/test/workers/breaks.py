"""A worker that keeps every rule of WORKER.md but the one that FAULT names."""
import json, os, select, signal, socket, struct, sys

fault = os.environ["FAULT"]
control = socket.socket(socket.AF_UNIX)
control.connect(os.environ["TRIVET_CONTROL"])
lines = control.makefile("r", encoding="utf-8")


def say(**message):
    control.sendall(json.dumps(message).encode() + b"\n")


for name in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
    signal.signal(name, signal.SIG_DFL if fault == "signals" and name == signal.SIGHUP else signal.SIG_IGN)
say(type="hello", version=1, token=os.environ["TRIVET_TOKEN"], pid=1 if fault == "pid" else os.getpid())
start = json.loads(lines.readline())
if start["type"] == "refused":
    sys.exit(0 if fault == "refused" else 1)
fd = start["listeners"][0]["fd"]
os.set_inheritable(fd, fault == "inherit")
listener = socket.socket(fileno=fd)
if fault != "listen":
    listener.listen(start["listeners"][0]["backlog"])
listener.setblocking(fault == "blocking")
if fault != "record":
    board = start["scoreboard"]
    pid = 1 if fault == "pid" else os.getpid()
    with open(board["path"], "r+b", buffering=0) as file:
        os.pwrite(file.fileno(), struct.pack("<dd", pid, 2), board["offset"])
say(type="ready")
gone = False
while True:
    readable, _, _ = select.select([] if gone else [control], [], [], 0.1)
    if not readable:
        continue
    line = lines.readline()
    message = json.loads(line) if line else {"type": "gone"}
    if message["type"] == "ping" and fault != "ping":
        say(type="pong")
    elif message["type"] == "drain" and fault != "drain":
        if fault == "shutdown":
            listener.shutdown(socket.SHUT_RDWR)
        sys.exit(0)
    elif message["type"] == "gone":
        if fault != "orphan":
            sys.exit(0)
        gone = True
    elif message["type"] == "x-unknown" and fault == "unknown":
        sys.exit(1)
