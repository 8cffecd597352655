"""What the router routes from one bare socket to another: nobody encodes, decodes or keeps anything."""

import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgpack

from bench._telemetry.loads import Load

# Not where the Aggregator listens.
_TOPIC = "observatory.data1.floor.load"
_PATIENCE_SECONDS = 10.0
_HANDSHAKE = bytes([0x7F, 0xF2, 0, 0])
_LENGTH = struct.Struct(">I")


def messages_per_second(path: Path, realm: str, argument: bytes, seconds: float) -> float:
    """Return how many publications of these bytes a second a subscriber gets."""
    subscriber, publisher = _Peer(path, realm), _Peer(path, realm)
    subscriber.send(msgpack.packb([32, 1, {"match": "wildcard"}, "observatory..floor."]))
    subscriber.receive()
    done = threading.Event()
    publishing = threading.Thread(target=_publish, args=(publisher, argument, done))
    publishing.start()
    try:
        _count(subscriber, seconds * 0.2)
        return _count(subscriber, seconds)
    finally:
        done.set()
        subscriber.close()
        publishing.join()
        publisher.close()


def argument(load: Load, *, packed: bool = False) -> bytes:
    """Return a publication such as our agents make it."""
    columns = {f"field_{k:03d}": [1.5 * k + 0.1 * n for n in range(load.samples)] for k in range(load.fields)}
    times = [time.time() + n for n in range(load.samples)]
    block = {"block_name": "load", "data": columns, "influxdb_tags": None, "timestamps": times, "seq": 5}
    if packed:
        blob = os.urandom(8 * (load.values + load.samples))
        block |= {"data": {}, "timestamps": [], "packed": [load.samples, ",".join(columns), "f8", blob]}
    feed = {"agent_address": "observatory.data1", "feed_name": "load", "address": _TOPIC, "record": True}
    return msgpack.packb([{"load": block}, feed | {"agg_params": {}, "session_id": "1", "boot_id": "1"}])


class _Peer:
    def __init__(self, path: Path, realm: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_PATIENCE_SECONDS)
        self._socket.connect(str(path))
        self._socket.sendall(_HANDSHAKE)
        self._reader = self._socket.makefile("rb", 1 << 20)
        self._reader.read(4)
        roles = {"publisher": {}, "subscriber": {"features": {"pattern_based_subscription": True}}}
        self.send(msgpack.packb([1, realm, {"roles": roles}]))
        self.receive()

    def send(self, message: bytes) -> None:
        self._socket.sendall(_LENGTH.pack(len(message)) + message)

    def receive(self) -> None:
        """Take one frame; pings, which are frames of another kind, are answered."""
        while (head := _LENGTH.unpack(self._reader.read(4))[0]) >> 24:
            payload = self._reader.read(head & 0xFFFFFF)
            if head >> 24 == 1:
                self._socket.sendall(_LENGTH.pack(2 << 24 | len(payload)) + payload)
        self._reader.read(head)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.close()
        self._socket.close()


def _publish(peer: _Peer, argument: bytes, done: threading.Event) -> None:
    head = b"\x80" + msgpack.packb(_TOPIC) + b"\x91" + argument
    number = 0
    while not done.is_set():
        number += 1
        try:
            peer.send(b"\x95\x10" + msgpack.packb(number) + head)
        except OSError:
            return


def _count(peer: _Peer, seconds: float) -> float:
    began, count = time.perf_counter(), 0
    take: Callable[[], None] = peer.receive
    while (elapsed := time.perf_counter() - began) < seconds:
        take()
        count += 1
    return count / elapsed
