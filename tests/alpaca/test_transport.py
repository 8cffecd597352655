"""How answers leave: head and body in one piece."""

import socket

import pytest

from ocs_sim.alpaca._transport import HeldTransport


class Written:
    """A transport that remembers."""

    def __init__(self):
        self.pieces = []

    def write(self, data):
        self.pieces.append(data)

    def close(self):
        self.pieces.append("closed")

    def is_closing(self):
        return "closed" in self.pieces


@pytest.fixture
def written():
    return Written()


def test_what_is_held_goes_out_at_once(written):
    held = HeldTransport(written)
    held.hold()
    held.write(b"head ")
    held.write(b"body")
    assert written.pieces == []
    held.release()
    held.write(b"more")
    assert written.pieces == [b"head body", b"more"]


def test_who_closes_loses_nothing_that_was_held(written):
    held = HeldTransport(written)
    held.hold()
    held.write(b"last words")
    held.close()
    held.release()
    assert written.pieces == [b"last words", "closed"]
    assert held.is_closing()


def test_an_answer_is_one_piece(server, toy):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(b"GET /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'"ErrorMessage":""}')
