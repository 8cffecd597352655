"""Links and forms: whoever has one may do what it says until it expires, and nothing else."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
import requests

from ocs_sim.stores import LimitExceeded


@pytest.fixture
def objects(backend):
    with backend.serving():
        yield backend.objects()


def changed(url, **query):
    """Return a link with another query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **query})))


def posted(form, data=b"data", **fields):
    return requests.post(form.url, data={**form.fields, **fields}, files={"file": ("f", data)}, timeout=10)


@pytest.mark.parametrize("key", ["sim/a.txt", "sim/ü b+c&d.txt", "/a//b/", ".a/..b", "a%2Fb", "u\u0308"])
def test_a_link_gives_the_object(objects, key):
    objects.put(key, b"hello", content_type="text/plain")
    answer = requests.get(objects.link(key), timeout=10)
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_link_says_what_to_save_as(objects):
    objects.put("a", b"hello")
    answer = requests.get(objects.link("a", filename="image 1.fits"), timeout=10)
    assert 'filename="image 1.fits"' in answer.headers["Content-Disposition"]


def test_a_link_to_nothing(objects):
    assert requests.get(objects.link("nothing"), timeout=10).status_code == 404


def test_a_link_expires(objects, backend):
    objects.put("a", b"hello")
    link = objects.link("a", expires_seconds=1)
    backend.advance(1)
    assert requests.get(link, timeout=10).status_code == 403


def test_a_link_is_for_one_object(objects):
    objects.put("a", b"hello")
    objects.put("b", b"secret")
    parts = urlsplit(objects.link("a"))
    forged = urlunsplit(parts._replace(path=parts.path[:-1] + "b"))
    assert requests.get(forged, timeout=10).status_code == 403


def test_a_link_cannot_be_made_longer(objects):
    objects.put("a", b"hello")
    link = objects.link("a", expires_seconds=60)
    for name, longer in (("expires", "4000000000"), ("X-Amz-Expires", "86400")):
        if f"{name}=" in link:
            assert requests.get(changed(link, **{name: longer}), timeout=10).status_code == 403


def test_a_link_to_get_does_not_put(objects):
    objects.put("a", b"hello")
    assert requests.put(objects.link("a"), data=b"bad", timeout=10).status_code == 403
    assert objects.get("a") == b"hello"


def test_an_upload_link_puts(objects):
    answer = requests.put(objects.upload_link("up"), data=b"data", timeout=10)
    assert answer.status_code == 200
    assert objects.get("up") == b"data"


def test_an_upload_link_may_say_the_content_type(objects):
    link = objects.upload_link("up", content_type="image/jpeg")
    assert requests.put(link, b"data", headers={"Content-Type": "text/html"}, timeout=10).status_code == 403
    assert objects.head("up") is None
    assert requests.put(link, b"data", headers={"Content-Type": "image/jpeg"}, timeout=10).status_code == 200
    assert objects.head("up").content_type == "image/jpeg"


def test_an_upload_link_expires(objects, backend):
    link = objects.upload_link("up", expires_seconds=1)
    backend.advance(1)
    assert requests.put(link, data=b"data", timeout=10).status_code == 403
    assert objects.head("up") is None


def test_a_form_posts(objects):
    assert posted(objects.upload_form("sim/ü b.txt")).status_code == 204
    assert objects.get("sim/ü b.txt") == b"data"


def test_a_form_may_say_the_content_type(objects):
    form = objects.upload_form("up", content_type="image/jpeg")
    assert posted(form, **{"Content-Type": "text/html"}).status_code == 403
    assert posted(form).status_code == 204
    assert objects.head("up").content_type == "image/jpeg"


def test_a_form_expires(objects, backend):
    form = objects.upload_form("up", expires_seconds=1)
    backend.advance(1)
    assert posted(form).status_code == 403
    assert objects.head("up") is None


def test_a_form_is_for_one_object(objects):
    assert posted(objects.upload_form("up"), key="other").status_code == 403
    assert objects.head("other") is None


def test_a_form_cannot_be_forged(objects):
    form = objects.upload_form("up")
    for name in form.fields:
        if name.lower() in {"signature", "x-amz-signature"}:
            assert posted(form, **{name: "0" * len(form.fields[name])}).status_code == 403
    assert objects.head("up") is None


def test_a_form_takes_no_more_than_it_says(objects):
    form = objects.upload_form("up", max_bytes=10)
    assert posted(form, b"x" * 11).status_code == 400
    assert objects.head("up") is None
    assert posted(form, b"x" * 10).status_code == 204


@pytest.mark.parametrize("seconds", [0, -1, 7 * 86400 + 1, 1.5])
def test_a_link_lasts_a_second_to_a_week(objects, seconds):
    for call in (objects.link, objects.upload_link, objects.upload_form):
        with pytest.raises(LimitExceeded):
            call("a", expires_seconds=seconds)
