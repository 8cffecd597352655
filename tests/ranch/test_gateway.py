"""What API Gateway did around the services, and what the clients came to rely on."""

from __future__ import annotations

import logging
import socket

import pytest

from ocs_sim.ranch import Services, create_app
from ocs_sim.ranch._gateway import tidy
from ocs_sim.stores import NotProvisioned, StoreFull, StoreUnreachable
from ocs_sim.testing import wait_until

MISSING = '{"message": "Missing Authentication Token"}'


@pytest.mark.parametrize(
    "path",
    ["/jobs/getnewjobs", "//jobs//getnewjobs", "/jobs/getnewjobs/", "/jobs///getnewjobs//"],
)
def test_slashes_do_not_matter(shared, path):
    answer = shared.http.post(f"{shared.url}{path}", json={"site": "tst"})
    assert (answer.status_code, answer.text, answer.history) == (200, "[]", [])


def test_paths_are_tidied_but_not_keys_of_files():
    assert tidy("//jobs//newjob///") == "/jobs/newjob"
    assert tidy("/") == tidy("//") == "/"
    assert tidy("/objects/a//b/") == "/objects/a//b/"
    assert tidy("/objects/") == "/objects"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("PUT", "/jobs/newjob"),
        ("GET", "/jobs/newjob"),
        ("DELETE", "/jobs/tst"),
        ("OPTIONS", "/nothing"),
        ("GET", "/datastream"),
        ("PROPFIND", "/jobs/newjob"),
    ],
)
def test_a_route_that_is_not_there_misses_a_token(shared, method, path):
    answer = shared.http.request(method, path)
    assert (answer.status_code, answer.text) == (403, MISSING)
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/jobs/newjob", "GET,OPTIONS,POST"),
        ("/jobs/getnewjobs/", "GET,OPTIONS,POST"),
        ("/jobs/tst/01HF7YAT00FNBSTN5AN7QXPNA6", "GET,OPTIONS"),
        ("/objects/a/b.fits", "GET,HEAD,OPTIONS,PUT"),
    ],
)
def test_a_browser_asks_before_it_sends(shared, path, methods):
    asked = {"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    answer = shared.http.options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-methods"] == methods
    allowed = answer.headers["access-control-allow-headers"].split(",")
    wanted = {"Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token"}
    assert wanted | {"X-Site-Key"} <= set(allowed)


def test_every_answer_may_be_read_by_a_page(ranch):
    answers = [
        ranch.ask(),
        ranch.ask(headers={"x": "y"}),
        ranch.post("newjob", {}),
        ranch.post("getnewjobs", {}),
        ranch.http.get("/objects/x"),
        ranch.http.get("/"),
        ranch.http.get("/openapi.json"),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 401, 400, 403, 200, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-credentials"] == "true"


def test_what_nobody_foresaw_is_answered_and_logged(ranch, caplog, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(type(ranch.jobs), "deliver", fail)
    answer = ranch.post("getnewjobs", {"site": "tst"})
    assert (answer.status_code, answer.text) == (500, '{"message": "Internal server error"}')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST /jobs/getnewjobs failed" in caplog.text
    assert ranch.post("getrecentjobs", {"site": "tst"}).status_code == 200


@pytest.mark.parametrize("path", ["jobs/getnewjobs", "jobs/tst/x/cancel"])
def test_who_goes_away_in_the_middle_of_a_body_is_no_defect(ranch, caplog, path):
    caplog.set_level(logging.DEBUG, "ocs_sim")
    token = ranch.headers()["Authorization"]
    head = f"POST /{path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: 99\r\n\r\n"
    with socket.create_connection(("127.0.0.1", ranch.port)) as client:
        client.sendall(f'{head}{{"site"'.encode())
        assert ranch.http.get("/").status_code == 200
    wait_until(lambda: f"POST /{path}: who sent it went away" in caplog.text)
    assert "failed" not in caplog.text


def test_what_is_logged_of_a_path_is_one_line_without_escapes(ranch, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "ocs_sim")
    assert ranch.http.post("/jobs/%0a%1b[31mx/claim", headers={"X-Site-Key": "bad"}).status_code == 401
    monkeypatch.setattr(ranch.jobs, "claim", lambda *_, **__: 1 / 0)
    assert ranch.http.post("/jobs/%0a%1b[31mx/claim", json={"owner": "b"}).status_code == 500
    written = [record.getMessage() for record in caplog.records if "claim" in record.getMessage()]
    assert len(written) == 2
    assert all(text.startswith(r"POST /jobs/\n\x1b[31mx/claim") for text in written)


@pytest.mark.parametrize(
    "fault",
    [
        StoreUnreachable(store="DynamoDB", fault="timed out"),
        NotProvisioned(kind="table", name="DynamoDB's"),
        StoreFull(path="not DynamoDB but a disk"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_store_that_is_away_is_no_fault_of_the_sender(ranch, monkeypatch, fault):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(type(ranch.jobs), "deliver", fail)
    answer = ranch.post("getnewjobs", {"site": "tst"})
    assert answer.status_code == 503
    assert "DynamoDB" in answer.json()["message"]


def test_the_routes_are_described():
    described = create_app(Services(*[None] * 6)).openapi()
    routes = {(method, path) for path, each in described["paths"].items() for method in each}
    assert {
        ("post", "/jobs/newjob"),
        ("post", "/jobs/getnewjobs"),
        ("post", "/jobs/updatejobstatus"),
        ("post", "/jobs/startjob"),
        ("post", "/jobs/getrecentjobs"),
        ("get", "/jobs/{site}/{ulid}"),
        ("post", "/objects"),
    } <= routes
    assert described["paths"]["/jobs/newjob"]["post"]["security"] == [{"token": []}]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert all(each.get("description") for path in described["paths"].values() for each in path.values())


def raw(ranch, *pieces, ends):
    """Send bytes; return what comes back, until it `ends` with that."""
    with socket.create_connection(("127.0.0.1", ranch.port), timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = b""
        while not answer.endswith(ends):
            more = connection.recv(65536)
            assert more, answer
            answer += more
        return answer


def test_who_offers_http_2_is_served_all_the_same(shared):
    body = b'{"site": "nobody"}'
    head = (
        b"POST /jobs/getnewjobs HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nContent-Length: 18\r\n"
        b"Host: x\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\nUpgrade: h2c\r\n\r\n"
    )
    for pieces in ([head + body], [head, body], [head[:40], head[40:] + body[:3], body[3:]]):
        assert raw(shared, *pieces, ends=b"\r\n\r\n[]").startswith(b"HTTP/1.1 200 OK")


def test_heads_have_an_end(shared):
    line = b"X-Long: " + b"y" * 10_000 + b"\r\n"
    head = b"GET /nothing HTTP/1.1\r\nHost: x\r\n"
    answer = raw(shared, head, *[line] * 7, ends=b"too large.")
    assert answer.startswith(b"HTTP/1.1 400")
    allowed = head + line * 5 + b"\r\n"
    assert raw(shared, allowed, ends=MISSING.encode()).startswith(b"HTTP/1.1 403")
    # Each request of a connection has a head of its own.
    for _ in range(8):
        assert shared.http.get("/nothing", headers={"X-Long": "y" * 10_000}).status_code == 403
