"""What becomes of the faults of a service, and of the line to it: boto3 against a server of faults."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.stores import (
    LimitExceeded,
    NotProvisioned,
    QueueSpec,
    StoreAddresses,
    StoreError,
    StoreUnreachable,
    TableSpec,
)
from ocs_sim.stores._aws import AccessRefused, Provisioner, open_objects, open_queue, open_table

QUEUE, TABLE = QueueSpec("commands"), TableSpec("state", "State")


class Faulty(BaseHTTPRequestHandler):
    """Answers everything as the server's `answer` says: a status, a type, a body; None cuts the line."""

    def _answer(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked += 1
        if self.server.answer is None:
            self.close_connection = True
            return
        status, kind, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + self.server.withheld))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_):
        pass


@pytest.fixture
def faulty(monkeypatch):
    """A service that answers with what the test says."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Faulty)
    server.answer, server.asked, server.withheld = None, 0, 0
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def as_json(status, code, message="so it is"):
    return status, "application/x-amz-json-1.0", json.dumps({"__type": code, "message": message}).encode()


def as_xml(status, code, message="so it is"):
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, "application/xml", body.encode()


def of_queue():
    open_queue("sqs://eu-west-1", QUEUE, SystemClock()).receive()


def of_table():
    open_table("dynamodb://eu-west-1", TABLE, SystemClock()).get("State")


def of_objects():
    open_objects("s3://bucket?region=eu-west-1", SystemClock()).get("a")


CODES = [
    ("AccessDeniedException", 400, AccessRefused, "DynamoDB in eu-west-1 refuses this.*so it is"),
    ("UnrecognizedClientException", 400, AccessRefused, "refuses this to these credentials"),
    ("ThrottlingException", 400, StoreUnreachable, "does not answer .*ThrottlingException"),
    ("ProvisionedThroughputExceededException", 400, StoreUnreachable, "does not answer"),
    ("InternalServerError", 500, StoreUnreachable, "does not answer"),
    ("ResourceNotFoundException", 400, NotProvisioned, "no table 'state': make it with `obsbow aws init`"),
    (
        "ValidationException",
        400,
        LimitExceeded,
        "A document of state is refused: ValidationException: so it is",
    ),
    ("NeverHeardOf", 400, StoreError, "NeverHeardOf: so it is"),
]


@pytest.mark.parametrize(("code", "status", "error", "says"), CODES, ids=[row[0] for row in CODES])
def test_what_a_table_answers(faulty, code, status, error, says):
    faulty.answer = as_json(status, code)
    with pytest.raises(error, match=says) as raised:
        of_table()
    assert raised.type is error


def test_what_a_queue_answers(faulty):
    faulty.answer = as_json(400, "com.amazonaws.sqs#QueueDoesNotExist")
    with pytest.raises(NotProvisioned, match=r"no queue 'commands\.fifo'"):
        of_queue()
    faulty.answer = as_json(403, "AccessDeniedException")
    with pytest.raises(AccessRefused):
        of_queue()


def test_what_objects_answer(faulty):
    faulty.answer = as_xml(404, "NoSuchBucket")
    with pytest.raises(NotProvisioned, match="no bucket 'bucket'"):
        of_objects()
    faulty.answer = as_xml(403, "SignatureDoesNotMatch")
    with pytest.raises(AccessRefused):
        of_objects()
    faulty.answer = as_xml(503, "SlowDown")
    with pytest.raises(StoreUnreachable):
        of_objects()


@pytest.mark.parametrize("use", [of_queue, of_table, of_objects])
def test_a_line_that_is_cut(faulty, use):
    with pytest.raises(StoreUnreachable, match="does not answer"):
        use()


def test_a_body_that_ends_too_soon(faulty):
    faulty.answer, faulty.withheld = (200, "text/plain", b"x" * 100), 5
    with pytest.raises(StoreUnreachable):
        of_objects()
    objects = open_objects("s3://bucket?region=eu-west-1", SystemClock())
    with objects.open("a") as file, pytest.raises(StoreUnreachable):
        file.read()


def test_the_service_is_asked_again(faulty, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    faulty.answer = as_json(500, "InternalServerError")
    with pytest.raises(StoreUnreachable):
        of_table()
    assert faulty.asked == 2


def test_status_says_who_refuses(faulty):
    faulty.answer = as_json(400, "AccessDeniedException", "not authorized to perform: dynamodb:DescribeTable")
    addresses = StoreAddresses(Path("unused"), documents="dynamodb://eu-west-1")
    wanted = type("Wanted", (), {"queues": (), "tables": (TABLE,)})()
    with pytest.raises(AccessRefused, match=r"DynamoDB in eu-west-1 .*dynamodb:DescribeTable"):
        Provisioner(addresses).status(wanted)
