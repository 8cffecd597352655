"""Bodies that no client should send, and those that they do."""

from __future__ import annotations

import json

import pytest

from tests.ranch.ranch_bench import WISH

DEEP = b'{"site": "tst", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
WIDE = b'{"site": "' + b"x" * 600_000 + b'"}'


def send(shared, body, path="newjob", **headers):
    return shared.http.post(f"/jobs/{path}", content=body, headers={**shared.headers(), **headers})


def wish(**changes):
    return json.dumps({**WISH, **changes}).encode()


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"", 400, "there is none"),
        (b"  \n", 400, "there is none"),
        (b"{", 400, "not JSON"),
        (b"[]", 400, "not an object"),
        (b"null", 400, "not an object"),
        (b'"text"', 400, "not an object"),
        (b"\xff\xfe", 400, "not UTF-8"),
        (wish(required_params={"ra": float("nan")}), 400, "NaN"),
        (wish(required_params={"ra": float("-inf")}), 400, "Infinity"),
        (wish().replace(b"5.5", b"1e999"), 400, "too large"),
        (wish().replace(b"5.5", b"1e200"), 400, "too large"),
        (wish().replace(b"5.5", b"9" * 50), 400, "digits"),
        (wish().replace(b"5.5", b"9" * 5000), 400, "not JSON"),
        (wish(user_name="\ud800"), 400, "surrogate"),
        (wish(required_params={"\udfff": 1}), 400, "surrogate"),
        (DEEP, 400, "nested too deeply"),
        (wish().replace(b"5.5", b'{"a":' * 70 + b"1" + b"}" * 70), 400, "nested"),
        (wish().replace(b"5.5", b'{"a":' * 30 + b"1" + b"}" * 30), 400, "nested"),
        (WIDE, 413, "524288 bytes"),
        (wish(required_params={"x": "x" * 450_000}), 400, "bytes"),
    ],
)
def test_a_body_that_cannot_be_used_is_the_senders_fault(shared, body, status, word):
    before = shared.post("getrecentjobs", {"site": "tst"}).json()
    answer = send(shared, body)
    assert answer.status_code == status, answer.text
    assert word in answer.text
    assert shared.post("getrecentjobs", {"site": "tst"}).json() == before


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/json;charset=UTF-8", "application/x-www-form-urlencoded", "%"],
)
def test_the_content_type_does_not_matter(shared, content_type):
    headers = {} if content_type is None else {"Content-Type": content_type}
    assert send(shared, wish(), **headers).status_code == 200


def test_a_byte_order_mark_is_let_pass(shared):
    assert send(shared, b"\xef\xbb\xbf" + wish()).status_code == 200


def test_a_body_without_an_announced_length_is_limited_too(shared):
    def pieces():
        yield b'{"site": "'
        for _ in range(100):
            yield b"x" * 10_000
        yield b'"}'

    assert send(shared, pieces(), "getnewjobs").status_code == 413
    assert shared.post("getnewjobs", {"site": "tst"}).status_code == 200
