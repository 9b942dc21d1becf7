"""Reads connections from standard input and says what becomes of each; see test/python-packets.test.ts.

A line is JSON: `{"pieces": [base64, ...]}`, the bytes of a connection as they come. The answer is a line: the environ of
its first request and its body, or the code of the rule it breaks. The reader lives on, as in a worker, since it
remembers the shapes of packets.
"""

import base64
import json
import sys

from trivet_worker.packet import PING, PacketReader
from trivet_worker.refusal import Refused
from trivet_worker.wsgi.environ import make_environ


def first_request(reader, pieces):
    """What the pieces bring, read after each."""
    buffer = b""
    packet = None
    for piece in pieces:
        buffer += piece
        packet = packet or reader.read(buffer, 0)
        if packet is not None and len(buffer) >= 4 + packet.size + packet.length:
            break
    if packet is None:
        raise Refused("cut-packet", "the connection ends inside a packet")
    if packet.modifier1 == PING:
        return {"ping": True}
    environ = make_environ(packet, {"wsgi.url_scheme": "http"})
    body = buffer[4 + packet.size :][: packet.length]
    if len(body) < packet.length:
        raise Refused("cut-body", "the body is short")
    return {"environ": environ, "scheme": environ["wsgi.url_scheme"], "body": base64.b64encode(body).decode()}


def main():
    limits = json.loads(sys.argv[1])
    reader = PacketReader(limits["bufferSize"], limits["maxVars"], limits["maxBody"])
    for line in sys.stdin:
        pieces = [base64.b64decode(piece) for piece in json.loads(line)["pieces"]]
        try:
            said = first_request(reader, pieces)
        except Refused as refused:
            said = {"refused": refused.code}
        print(json.dumps(said), flush=True)


main()
