"""The rules of HTTP that an Alpaca server keeps, whatever its devices do."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest

KEYS = {"ClientTransactionID", "ServerTransactionID", "ErrorNumber", "ErrorMessage"}


def value(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert set(found) == KEYS | {"Value"}, found
    assert (found["ErrorNumber"], found["ErrorMessage"]) == (0, "")
    return found["Value"]


def refused(answer):
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(found) == KEYS
    assert found["ErrorMessage"]
    return found["ErrorNumber"]


def is_bad(answer, status=400):
    return answer.status_code == status and answer.headers["content-type"].startswith("text/plain")


def test_a_member_is_read_and_written(read, write, toy):
    assert value(read("tracking")) is False
    written = write("tracking", Tracking="TRUE", ClientTransactionID=77).json()
    assert set(written) == KEYS
    assert written["ClientTransactionID"] == 77
    assert value(read("tracking")) is True
    assert value(write("echo", Text="naïve ✓ a+b&c=d")) == "naïve ✓ a+b&c=d"
    assert set(write("wait").json()) == KEYS
    assert toy.heard == ["waited"]


def test_transactions_are_echoed_and_numbered(read):
    answers = [read("tracking", ClientTransactionID=2**32 - 1).json() for _ in range(3)]
    assert {each["ClientTransactionID"] for each in answers} == {2**32 - 1}
    numbers = [each["ServerTransactionID"] for each in answers]
    assert numbers[0] >= 1
    assert np.diff(numbers).tolist() == [1, 1]
    assert read("tracking").json()["ClientTransactionID"] == 0


def test_keys_of_a_query_may_be_in_any_casing(read):
    assert value(read("axisrates", AXIS=1)) == [{"Minimum": 0.0, "Maximum": 1.5}]
    assert value(read("axisrates", axis=2, unknown="x")) == [{"Minimum": 0.0, "Maximum": 2.5}]
    assert read("tracking", clienttransactionid=5).json()["ClientTransactionID"] == 5


@pytest.mark.parametrize("name", ["tracking", "TRACKING", "tRACKING", "Tracking "])
def test_the_name_of_a_parameter_of_a_put_is_exact(write, toy, name):
    assert is_bad(write("tracking", **{name: "true"}))
    assert toy.tracking is False


def test_a_miscased_id_in_a_put_is_none(write):
    answer = write("tracking", Tracking="true", clientid="x", clienttransactionid="y")
    assert answer.json()["ClientTransactionID"] == 0
    assert answer.json()["ErrorNumber"] == 0


def test_another_name_is_known_too(write, toy):
    assert write("guiderate", guiderate_="0.5").json()["ErrorNumber"] == 0
    assert toy.rate == 0.5


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/TELESCOPE/0/tracking",
        "/api/v1/Telescope/0/tracking",
        "/api/v1/telescope/0/Tracking",
        "/api/v1/telescope/1/tracking",
        "/api/v1/telescope/-1/tracking",
        "/api/v1/telescope/00/tracking",
        "/api/v1/telescope/99999/tracking",
        "/api/v1/telescope/A/tracking",
        "/api/v1/telescope/0/tracking/",
        "/api/v1/telescope/0/",
        "/api/v1/telescope/0/connections",
        "/api/v1/baddevicetype/0/name",
        "/api/v2/telescope/0/tracking",
        "/api/V1/telescope/0/tracking",
        "/api/1/telescope/0/tracking",
        "/apx/v1/telescope/0/tracking",
        "/api/v1/telescope/0/%ff",
        "/management/v2/description",
    ],
)
def test_nothing_is_at_another_path(http, path):
    assert is_bad(http.get(path))
    assert is_bad(http.put(path))


@pytest.mark.parametrize("name", ["ClientID", "ClientTransactionID"])
@pytest.mark.parametrize(
    "bad", ["", " ", "-1", "A", "1.0", "4294967296", "1e3", "\uff19", "9" * 5000, "0x1", "nan"]
)
def test_ids_are_whole_numbers_of_32_bits(read, write, name, bad):
    assert is_bad(read("tracking", **{name: bad}))
    assert is_bad(write("tracking", Tracking="true", **{name: bad}))


@pytest.mark.parametrize("bad", ["", " ", "yes", "1", "asduio6fghZZ", "truetrue", "\uff34RUE"])
def test_what_is_no_boolean_is_refused(write, bad):
    assert is_bad(write("tracking", Tracking=bad))


@pytest.mark.parametrize(
    "bad", ["", "nan", "inf", "-Infinity", "1,5", "1_0", "0x10", "1e", "x", "1.2.3", "\u0663"]
)
def test_what_is_no_number_is_refused(write, toy, bad):
    assert is_bad(write("guiderate", GuideRate=bad))
    assert toy.rate == 0.25


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1.0), ("+.5", 0.5), ("2.", 2.0), ("1E-3", 1e-3), ("-0.0", -0.0)]
)
def test_numbers_are_written_with_a_point(write, toy, text, number):
    assert write("guiderate", GuideRate=text).json()["ErrorNumber"] == 0
    assert toy.rate == number


def test_what_is_a_number_but_too_large_is_an_invalid_value(read, write):
    assert refused(write("guiderate", GuideRate="1e999")) == 0x401
    assert refused(write("guiderate", GuideRate="-1")) == 0x401
    assert refused(read("axisrates", Axis=2**31)) == 0x401
    assert refused(read("axisrates", Axis="9" * 5000)) == 0x401
    assert refused(read("axisrates", Axis=3)) == 0x401
    assert is_bad(read("axisrates", Axis="1.0"))
    assert is_bad(read("axisrates"))


def test_a_parameter_comes_once_and_in_utf_8(http):
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = "/api/v1/telescope/0/echo"
    for body in (b"Text=a&Text=b", b"Text=%ff", b"Text=\xff", b"ClientID=1&ClientID=1&Text=a"):
        assert is_bad(http.put(path, content=body, headers=form)), body
    assert is_bad(http.get("/api/v1/telescope/0/axisrates?Axis=1&axis=1"))
    several = http.put(path, content=b"Other=1&Other=2&Text=a%2Bb+c", headers=form)
    assert several.json()["Value"] == "a+b c"


def test_parameters_of_a_put_are_a_form(http, write):
    path = "/api/v1/telescope/0/tracking"
    assert is_bad(http.put(path, json={"Tracking": True}))
    assert is_bad(http.put(path, files={"Tracking": b"true"}))
    assert is_bad(http.put(path + "?Tracking=true"))
    untyped = http.put(path, content=b"Tracking=true")
    assert untyped.json()["ErrorNumber"] == 0
    with_charset = {"content-type": "Application/X-WWW-Form-urlencoded; charset=utf-8"}
    assert http.put(path, content=b"Tracking=true", headers=with_charset).json()["ErrorNumber"] == 0


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_told_which_there_are(http, method):
    answer = http.request(method, "/api/v1/telescope/0/tracking")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")
    assert http.request(method, "/api/v1/telescope/0/home").headers["allow"] == "PUT"
    assert http.get("/api/v1/telescope/0/home").status_code == 405
    assert http.put("/api/v1/telescope/0/aperture").status_code == 405


@pytest.mark.parametrize("length", [70_000, 3_000_000])
def test_a_body_has_its_limit(server, length):
    import socket

    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(
            b"PUT /api/v1/telescope/0/echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length
        )
        try:
            line.sendall(b"Text=" + b"x" * (length - 5))
        except OSError:
            assert length > 2**20
            return
        assert line.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_devices_refuse_with_numbers(read):
    assert refused(read("aperture")) == 0x400
    assert refused(read("targetdeclination")) == 0x402
    assert refused(read("faulty")) == 0x4FF
    assert read("faulty").json()["ErrorMessage"] == "The mount is out."


@pytest.mark.parametrize(
    "number", [math.nan, math.inf, -math.inf, np.float64("nan"), [1.0, math.nan], {"a": math.inf}]
)
def test_what_is_not_finite_is_an_error(read, toy, number):
    toy.value = number
    assert refused(read("value")) == 0x402


@pytest.mark.parametrize(
    ("held", "seen"),
    [
        (np.float32(0.5), 0.5),
        (np.float64(1e300), 1e300),
        (np.int64(7), 7),
        (np.bool_(True), True),
        (np.arange(3), [0, 1, 2]),
        (1e-7, 1e-7),
        ('"quoted"\n\x00é', '"quoted"\n\x00é'),
        (["a", "b"], ["a", "b"]),
        ([{"Name": np.float64(2.5)}], [{"Name": 2.5}]),
    ],
)
def test_values_of_any_kind_become_json(read, toy, held, seen):
    toy.value = held
    assert value(read("value")) == seen


def test_a_defect_is_logged_and_answered(read, caplog):
    caplog.set_level(logging.ERROR)
    assert is_bad(read("defect"), 500)
    assert "a defect" in caplog.text
    assert "Traceback" in caplog.text
    assert value(read("tracking")) is False
