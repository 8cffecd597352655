"""Whatever is asked: never a failure of the server, never silence, always an answer of the right form."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples

WORDS = st.sampled_from(
    [
        *("api", "v1", "v2", "telescope", "switch", "Telescope", "0", "2", "-1", "99999", "A", ""),
        *("tracking", "guiderate", "axisrates", "say", "echo", "home", "wait", "value", "imagearray"),
        *("devicestate", "connected", "connect", "action", "maxswitch", "setup", "management", "description"),
    ]
)
SEGMENTS = WORDS | st.text(max_size=8)
PATHS = st.builds("/api/v1/telescope/0/{}".format, WORDS) | st.lists(SEGMENTS, max_size=7).map(
    lambda parts: "/" + "/".join(quote(each) for each in parts)
)
KEYS = st.sampled_from(
    [
        *("ClientID", "clientid", "ClientTransactionID", "Tracking", "tracking", "GuideRate", "Axis", "AXIS"),
        *("Text", "Loud", "Times", "Pitch", "Action", "Parameters", "Connected", "Command", "Raw"),
    ]
) | st.text(max_size=6)
VALUES = (
    st.sampled_from(
        ["true", "false", "0", "1", "-1", "nan", "inf", "1e999", "4294967295", "9" * 400, "", " "]
    )
    | st.text(max_size=12)
    | st.integers().map(str)
    | st.floats().map(str)
)
PARAMETERS = st.lists(st.tuples(KEYS, VALUES), max_size=6).map(
    lambda pairs: urlencode(
        [
            (key.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
            for key, value in pairs
        ]
    )
)
BODIES = PARAMETERS.map(str.encode) | st.binary(max_size=200)
TYPES = st.sampled_from(["application/x-www-form-urlencoded", "application/json", "text/plain", ";", ""])
METHODS = st.sampled_from(["GET", "PUT", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH"])
ENVELOPE = {"ClientTransactionID", "ServerTransactionID", "ErrorNumber", "ErrorMessage"}


def check(answer, method):
    """Hold an answer against the rules."""
    kind = answer.headers["content-type"].partition(";")[0]
    assert answer.status_code in (200, 400, 405, 413), (answer.status_code, answer.text)
    if answer.status_code != 200:
        assert kind == "text/plain"
        assert method == "HEAD" or answer.text
    elif kind == "application/json" and method in ("GET", "PUT") and "/setup" not in answer.url.path:
        found = json.loads(answer.content, parse_constant=lambda word: 1 / 0)
        assert set(found) - {"Value", "Type", "Rank"} == ENVELOPE
        assert found["ServerTransactionID"] >= 1
        assert 0 <= found["ClientTransactionID"] < 2**32
        assert found["ErrorNumber"] == 0 or 0x400 <= found["ErrorNumber"] <= 0xFFF


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(METHODS, PATHS, PARAMETERS, BODIES, TYPES)
def test_any_request_has_an_answer(server, any_http, method, path, query, body, kind):
    toy = server.asgi.devices[0]
    toy.begin()
    target = httpx.URL(server.address).copy_with(raw_path=f"{path}?{query}".encode())
    check(any_http.request(method, target, content=body, headers={"content-type": kind}), method)


@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["Text", "Loud", "Times", "Pitch"]), VALUES))
def test_what_a_device_is_called_with_is_what_it_declares(server, any_http, parameters):
    toy = server.asgi.devices[0]
    toy.begin()
    form = urlencode({key: value.encode("utf-8", "surrogatepass") for key, value in parameters.items()})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = any_http.put("/api/v1/telescope/0/say", content=form, headers=headers)
    check(answer, "PUT")
    called = answer.status_code == 200 and answer.json()["ErrorNumber"] == 0
    assert len(toy.heard) == called
    for text, loud, times, pitch in toy.heard:
        assert [type(each) for each in (text, loud, times, pitch)] == [str, bool, int, float]
        assert abs(times) <= 2**31
        assert abs(pitch) < float("inf")
