"""A worker in another language, written from WORKER.md alone: one process, one request at a time, no library of ours."""
import json, os, select, socket, sys

control = socket.socket(socket.AF_UNIX)
control.connect(os.environ["TRIVET_CONTROL"])
lines = control.makefile("r", encoding="utf-8")


def say(**message):
    control.sendall(json.dumps(message).encode() + b"\n")


say(type="hello", version=1, token=os.environ["TRIVET_TOKEN"], pid=os.getpid())
start = json.loads(lines.readline())
say(type="step", name="listen")
listeners = []
for inherited in start["listeners"]:
    os.set_inheritable(inherited["fd"], False)
    listener = socket.socket(fileno=inherited["fd"])
    listener.listen(inherited["backlog"])
    listener.settimeout(0)
    listeners.append(listener)
say(type="ready", info={"language": "python", "payload": start["payload"]})

while True:
    readable, _, _ = select.select([control, *listeners], [], [])
    if control in readable:
        line = lines.readline()
        message = json.loads(line) if line else {"type": "drain"}
        if message["type"] == "ping":
            say(**{**message, "type": "pong"})
        elif message["type"] == "drain":
            sys.exit(0)
    for listener in set(readable) & set(listeners):
        try:
            client, _ = listener.accept()
        except BlockingIOError:
            continue
        client.settimeout(5)
        client.recv(65536)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\npython")
        client.close()
