"""Joins, is ready, and leaves when told to: the lightest worker there is."""
import json, os, socket, struct

control = socket.socket(socket.AF_UNIX)
control.connect(os.environ["TRIVET_CONTROL"])
lines = control.makefile("r", encoding="utf-8")


def say(**message):
    control.sendall(json.dumps(message).encode() + b"\n")


say(type="hello", version=1, token=os.environ["TRIVET_TOKEN"], pid=os.getpid())
start = json.loads(lines.readline())
board = start["scoreboard"]
with open(board["path"], "r+b", buffering=0) as file:
    file.seek(board["offset"])
    assert file.read(128) == bytes(128), "another worker's record"
    os.pwrite(file.fileno(), struct.pack("<dd", os.getpid(), 2), board["offset"])
say(type="ready", info={"board": board["path"]})
lines.readline()
