"""A WAMP client of few lines, which sends what it is told to, be it wrong, and reads when it is told to."""

import base64
import json
import os
import socket
import struct
from urllib.parse import urlsplit

import cbor2
import msgpack

SERIALIZERS = ("msgpack", "cbor", "json")
_RAWSOCKET_IDS = {"json": 1, "msgpack": 2, "cbor": 3}
ROLES = {
    "publisher": {"features": {"subscriber_blackwhite_listing": True, "publisher_exclusion": True}},
    "subscriber": {"features": {"pattern_based_subscription": True, "event_retention": True}},
    "caller": {},
    "callee": {},
}


def pack(serializer, value):
    """Return the bytes of a message."""
    if serializer == "msgpack":
        return msgpack.packb(value)
    return cbor2.dumps(value) if serializer == "cbor" else json.dumps(value).encode()


def unpack(serializer, data):
    """Return the message that these bytes are."""
    if serializer == "msgpack":
        return msgpack.unpackb(data, strict_map_key=False)
    return cbor2.loads(data) if serializer == "cbor" else json.loads(data)


class RawSocketClient:
    """A client over a unix socket."""

    def __init__(self, path, serializer="msgpack", longest=0xF):
        self.serializer = serializer
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(str(path))
        self._stream = self.socket.makefile("rb", 1 << 16)
        self.socket.sendall(bytes([0x7F, longest << 4 | _RAWSOCKET_IDS[serializer], 0, 0]))
        assert self._take(4)[0] == 0x7F

    def send_bytes(self, data):
        self.socket.sendall(struct.pack(">I", len(data)) + data)

    def receive_bytes(self):
        return self._take(struct.unpack(">I", self._take(4))[0])

    def send(self, *message):
        self.send_bytes(pack(self.serializer, list(message)))

    def receive(self):
        return unpack(self.serializer, self.receive_bytes())

    def ask(self, *message):
        """Send a message and return the next one that is not an event."""
        self.send(*message)
        while (answer := self.receive())[0] == 36:
            pass
        return answer

    def join(self, realm):
        """Join a realm and return the number of the session."""
        self.session = self.ask(1, realm, {"roles": ROLES})[1]
        return self.session

    def subscribe(self, topic, **options):
        answer = self.ask(32, 1, options, topic)
        assert answer[0] == 33, answer
        return answer[2]

    def close(self):
        self._stream.close()
        self.socket.close()

    def _take(self, count):
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError
        return data


class WebSocketClient(RawSocketClient):
    """The same over a websocket."""

    def __init__(self, url, serializer="msgpack"):
        self.serializer = serializer
        where = urlsplit(url)
        self.socket = socket.socket()
        self.socket.settimeout(20)
        # So that the kernel does not take megabytes for a client that takes nothing.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        self.socket.connect((where.hostname, where.port))
        self._stream = self.socket.makefile("rb", 1 << 16)
        lines = (
            f"GET {where.path} HTTP/1.1",
            f"Host: {where.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: wamp.2.{serializer}",
        )
        self.socket.sendall("\r\n".join((*lines, "", "")).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._take(1)
        assert answer.startswith(b"HTTP/1.1 101"), answer

    def send_bytes(self, data):
        kind = 0x81 if self.serializer == "json" else 0x82
        size = len(data)
        if size < 126:
            length = bytes([0x80 | size])
        else:
            length = struct.pack(">BH", 0xFE, size) if size < 65536 else struct.pack(">BQ", 0xFF, size)
        # A mask of zeros leaves the bytes as they are.
        self.socket.sendall(bytes([kind]) + length + bytes(4) + data)

    def receive_bytes(self):
        while True:
            kind, length = self._take(2)
            if length == 126:
                length = struct.unpack(">H", self._take(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self._take(8))[0]
            data = self._take(length)
            if kind & 0x0F == 8:
                raise EOFError(data)
            if kind & 0x0F in (1, 2):
                return data
