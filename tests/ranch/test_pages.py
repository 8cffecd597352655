"""The pages for people."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/"])
def test_pages_need_nothing_from_elsewhere(shared, path):
    answer = shared.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert not re.search(r"(https?:)?//[a-z]", answer.text)
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_the_pages_lead_to_is_there(shared):
    pages = shared.http.get("/").text + shared.http.get("/docs").text
    for target in set(re.findall(r'(?:href=|fetch\()"([^"]+)"', pages)):
        assert shared.http.get(target).status_code == 200, target


def test_the_routes_say_what_they_take(shared):
    described = shared.http.get("/openapi.json").json()
    body = described["paths"]["/jobs/newjob"]["post"]["requestBody"]["content"]["application/json"]
    assert shared.ask(**body["example"]).status_code == 200
    assert {"/", "/docs"}.isdisjoint(described["paths"])
