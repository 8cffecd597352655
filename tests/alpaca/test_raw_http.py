"""What comes over the wire when a client is no library: bytes of any kind."""

from __future__ import annotations

import contextlib
import re
import socket

import pytest

GET = b"GET /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = GET[:-2] + b"Connection: close\r\n\r\n"
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@pytest.fixture
def exchange(server, toy):
    """Send bytes, then a request which ends the connection, and return all that comes back."""

    def exchange(sent):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            received = b""
            # A server that has seen enough may hang up on the rest of what is far too large.
            with contextlib.suppress(ConnectionError):
                line.sendall(sent + LAST)
                while piece := line.recv(65536):
                    received += piece
            return received

    return exchange


def send_for_ever(line, piece):
    for _ in range(100_000):
        line.sendall(piece)


def talk(server, sent, until):
    """Send bytes and return what comes back up to the n-th answer's end of an open connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(sent)
        received = b""
        while received.count(b'"ErrorMessage":""}') < until:
            piece = line.recv(65536)
            assert piece, received
            received += piece
        return received


def test_a_connection_is_kept_and_requests_may_be_sent_ahead(server, toy):
    received = talk(server, GET * 50, 50)
    assert STATUS.findall(received) == [b"200"] * 50
    numbers = [int(each) for each in re.findall(rb'"ServerTransactionID":(\d+)', received)]
    assert numbers == list(range(numbers[0], numbers[0] + 50))


def test_a_body_may_come_in_pieces(server, toy):
    head = b"PUT /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in b"Tracking=true")
    assert b"200 OK" in talk(server, head + pieces + b"0\r\n\r\n", 1)
    assert toy.tracking is True


def test_a_body_of_many_pieces_has_its_limit_too(exchange):
    head = b"PUT /api/v1/telescope/0/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    received = exchange(
        head + b"3e8\r\n" + b"x" * 1000 + b"\r\n" + (b"3e8\r\n" + b"x" * 1000 + b"\r\n") * 99 + b"0\r\n\r\n"
    )
    assert STATUS.findall(received) == [b"413"]


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /api/v1/telescope/0/tracking\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%zz%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /x?%zz=%ff&&&=== HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PUT /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        GET[:-2] + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_no_bytes_are_a_failure_of_the_server(exchange, sent, caplog):
    statuses = STATUS.findall(exchange(sent))
    # What is far too large may be cut off before the answer can be read.
    assert len(statuses) in (1, 2) or len(sent) > 100_000
    assert all(each[:1] in (b"2", b"4") for each in statuses), statuses
    assert not caplog.records
    assert STATUS.findall(exchange(GET)) == [b"200", b"200"]


def test_headers_that_never_end_are_cut_off(server, toy):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises(ConnectionError):
            send_for_ever(line, b"X: " + b"x" * 10_000 + b"\r\n")


@pytest.mark.parametrize("word", [b"Upgrade", b"upgrade", b"UPGRADE"])
def test_an_offer_of_http_2_is_left_unheeded(server, toy, word):
    head = b"PUT /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n"
    offer = b"Connection: Upgrade, HTTP2-Settings\r\n" + word + b": h2c\r\nHTTP2-Settings: AAEAAEAA\r\n\r\n"
    assert STATUS.findall(talk(server, head + offer + b"Tracking=true", 1)) == [b"200"]
    assert toy.tracking is True


def test_a_body_that_is_never_sent_ends_with_the_connection(server, toy, read):
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(
            b"PUT /api/v1/telescope/0/tracking HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nTracking=tr"
        )
    assert read("tracking").json()["Value"] is False
