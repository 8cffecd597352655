"""Files by signed links and forms."""

from __future__ import annotations

import io
import os
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import numpy as np
import psutil
import pytest
import requests
from astropy.io import fits

from ocs_sim.testing import wait_until
from tests.ranch.ranch_bench import Ranch

KEY = "tst/tst-cam1-20261121-00000001-EX00.fits"


def fits_bytes(side=400):
    pixels = np.arange(side * side, dtype=np.uint16).reshape(side, side)
    file = io.BytesIO()
    fits.PrimaryHDU(pixels).writeto(file)
    return file.getvalue()


@pytest.fixture
def stored(ranch):
    content = fits_bytes()
    ranch.services.objects.put(KEY, content, content_type="image/fits")
    return content


@pytest.fixture(scope="module")
def kept(shared):
    content = fits_bytes()
    shared.services.objects.put(KEY, content, content_type="image/fits")
    return content


def link(ranch, key=KEY, **more):
    return ranch.services.objects.link(key, **more)


def changed(url, **query):
    parts = urlsplit(url)
    kept = {name: values[0] for name, values in parse_qs(parts.query).items()} | query
    return parts._replace(query=urlencode(kept)).geturl()


def test_a_link_gives_a_file_that_opens(shared, kept):
    answer = shared.http.get(link(shared))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/fits")
    assert answer.content == kept
    assert fits.getdata(io.BytesIO(answer.content))[-1, -1] == (400 * 400 - 1) % 65536
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize(
    ("filename", "disposition"),
    [
        ("m 42.fits", 'attachment; filename="m 42.fits"'),
        ('a"b\\c.fits', "attachment; filename=\"a_b_c.fits\"; filename*=UTF-8''a%22b%5Cc.fits"),
        ("Köln\r\n.fits", "attachment; filename=\"K_ln__.fits\"; filename*=UTF-8''K%C3%B6ln%0D%0A.fits"),
    ],
)
def test_a_link_may_say_what_the_file_is_saved_as(shared, kept, filename, disposition):
    assert shared.http.get(link(shared, filename=filename)).headers["content-disposition"] == disposition


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=10-99999999", 10, None),
    ],
)
def test_parts_of_a_file_may_be_asked_for(shared, kept, asked, start, end):
    answer = shared.http.get(link(shared), headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, kept[start:end])
    first = start % len(kept)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(kept)}"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=-", "bytes=0-1,5-6", ""])
def test_what_is_no_single_range_gives_the_whole_file(shared, kept, asked):
    answer = shared.http.get(link(shared), headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, len(kept))


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(shared, kept, asked):
    answer = shared.http.get(link(shared), headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(kept)}")


def test_head_tells_all_but_the_content(shared, kept):
    answer = shared.http.head(link(shared))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(kept))
    assert answer.headers["accept-ranges"] == "bytes"


def test_what_one_has_already_is_not_sent_again(ranch, stored):
    tag = ranch.http.head(link(ranch)).headers["etag"]
    assert ranch.http.get(link(ranch), headers={"If-None-Match": tag}).status_code == 304
    part = ranch.http.get(link(ranch), headers={"Range": "bytes=0-9", "If-Range": tag})
    assert part.status_code == 206
    ranch.services.objects.put(KEY, b"another")
    assert ranch.http.get(link(ranch), headers={"If-None-Match": tag}).content == b"another"
    whole = ranch.http.get(link(ranch), headers={"Range": "bytes=0-2", "If-Range": tag})
    assert (whole.status_code, whole.content) == (200, b"another")


def test_an_empty_file_is_a_file(shared):
    shared.services.objects.put("tst/empty", b"")
    answer = shared.http.get(link(shared, "tst/empty"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert shared.http.get(link(shared, "tst/empty"), headers={"Range": "bytes=0-"}).status_code == 416


@pytest.mark.parametrize("key", ["tst/a b+c%d&e?.fits", "tst/ü/日.fits", "a//b"])
def test_keys_are_what_they_are(shared, key):
    shared.services.objects.put(key, key.encode())
    assert shared.http.get(link(shared, key)).content == key.encode()


def test_links_that_are_not_ours_are_refused(ranch, stored):
    good = link(ranch)
    bad = [
        changed(good, signature="0" * 64),
        changed(good, expires="99999999999"),
        changed(good, expires="soon"),
        changed(good, filename="other.fits"),
        good.replace("00000001", "00000002"),
        good.split("?")[0],
        link(ranch, "tst/another").replace("another", "../etc/passwd"),
        ranch.services.objects.upload_link(KEY),
    ]
    for url in bad:
        answer = ranch.http.get(url)
        assert answer.status_code == 403, url
        assert "message" in answer.json()
    assert ranch.http.put(good, content=b"x").status_code == 403
    ranch.clock.advance(3601)
    assert ranch.http.get(good).status_code == 403


def test_a_link_to_nothing_finds_nothing(shared):
    answer = shared.http.get(link(shared, "tst/nothing"))
    assert (answer.status_code, answer.json()) == (404, {"message": "There is no object 'tst/nothing'."})


def test_what_was_uploaded_acts_for_nobody(shared):
    shared.services.objects.put("tst/x.html", b"<script>", content_type="text/html")
    headers = shared.http.get(link(shared, "tst/x.html")).headers
    assert (headers["x-content-type-options"], headers["content-security-policy"]) == ("nosniff", "sandbox")


def test_a_file_is_put_by_a_link(ranch):
    content = fits_bytes()
    url = ranch.services.objects.upload_link(KEY, content_type="image/fits")
    assert ranch.http.put(url, content=content, headers={"Content-Type": "text/html"}).status_code == 403
    answer = ranch.http.put(url, content=content, headers={"Content-Type": "image/fits"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert ranch.services.objects.get(KEY) == content
    assert ranch.services.objects.head(KEY).content_type == "image/fits"
    assert ranch.http.get(link(ranch)).headers["etag"] == answer.headers["etag"]


def test_what_looks_like_a_head_in_a_file_stays_as_it_is(ranch):
    content = b"\r\nUpgrade: h2c\r\n\r\n" * 40_000
    assert ranch.http.put(ranch.services.objects.upload_link(KEY), content=content).status_code == 200
    assert ranch.services.objects.get(KEY) == content


def test_a_file_is_posted_by_a_form_as_site_software_does(ranch):
    content = fits_bytes()
    form = ranch.services.objects.upload_form(KEY, content_type="image/fits")
    answer = requests.post(form.url, data=form.fields, files={"file": ("x.fits", content)}, timeout=20)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "204" in str(answer)
    assert ranch.services.objects.get(KEY) == content
    assert ranch.services.objects.head(KEY).content_type == "image/fits"


def post(ranch, form, content=b"x", name="file", **changes):
    fields = {**form.fields, **changes}
    return ranch.http.post(form.url, data=fields, files={name: ("x", content)})


def test_forms_that_are_not_ours_are_refused(ranch):
    form = ranch.services.objects.upload_form(KEY)
    other = ranch.services.objects.upload_form("tst/other")
    assert post(ranch, form, key="tst/other").status_code == 403
    assert post(ranch, form, policy=other.fields["policy"]).status_code == 403
    assert post(ranch, form, signature="").status_code == 403
    ranch.clock.advance(301)
    assert post(ranch, form).status_code == 403
    assert list(ranch.services.objects.list()) == []


def test_a_form_may_say_how_much(ranch):
    form = ranch.services.objects.upload_form(KEY, max_bytes=100_000)
    answer = post(ranch, form, os.urandom(100_001))
    assert (answer.status_code, answer.json()["message"]) == (413, "The body has more than 100000 bytes.")
    assert ranch.services.objects.head(KEY) is None
    assert post(ranch, form, os.urandom(100_000)).status_code == 204


def test_more_than_is_ever_taken_is_refused_while_it_comes(tmp_path):
    with Ranch(tmp_path, max_upload_bytes=1_000_000) as ranch:
        taken = []

        def endless():
            for _ in range(400):
                taken.append(1)
                yield b"x" * 10_000

        url = ranch.services.objects.upload_link(KEY)
        assert ranch.http.put(url, content=endless()).status_code == 413
        assert ranch.services.objects.head(KEY) is None


@pytest.mark.parametrize(
    ("content_type", "body", "word"),
    [
        ("application/json", b"{}", "no form"),
        ("multipart/form-data", b"", "no form"),
        ("multipart/form-data; boundary=x", b"", "ends before"),
        ("multipart/form-data; boundary=x", b"nonsense", "broken"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", "no part `file`"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nx\r\n--x--\r\n", "no name"),
        ("multipart/form-data; boundary=" + "x" * 5000, b"", "oundary"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n' + b"k" * 30_000 + b"\r\n--x--\r\n",
            "longer than",
        ),
        (
            "multipart/form-data; boundary=x",
            b"".join(
                b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % number
                for number in range(99)
            )
            + b"--x--\r\n",
            "more than 64 fields",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n\xff\r\n--x--\r\n',
            "not UTF-8",
        ),
    ],
)
def test_what_is_no_form_is_refused(shared, content_type, body, word):
    answer = shared.http.post("/objects", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == 400
    assert word in answer.text


def test_a_form_that_breaks_off_leaves_nothing(ranch):
    form = ranch.services.objects.upload_form(KEY)
    request = ranch.http.build_request("POST", form.url, data=form.fields, files={"file": ("x", b"x" * 5000)})
    body = b"".join(request.stream)
    headers = {"Content-Type": request.headers["content-type"]}
    assert ranch.http.post(form.url, content=body[:-10], headers=headers).status_code == 400
    assert ranch.services.objects.head(KEY) is None
    assert ranch.http.post(form.url, content=body, headers=headers).status_code == 204


def test_who_hangs_up_leaves_nothing_open(ranch):
    """A download that nobody finishes ends; its file is closed, and its thread is free again."""
    ranch.services.objects.put(KEY, os.urandom(30_000_000))
    url = link(ranch)
    for _ in range(3):
        with ranch.http.stream("GET", url) as answer:
            next(answer.iter_raw())
    wait_until(lambda: not open_files(ranch.directory / "stores" / "objects"))
    assert len(ranch.http.get(url).content) == 30_000_000


def open_files(directory):
    return [file.path for file in psutil.Process().open_files() if file.path.startswith(f"{directory}/")]


def test_a_file_that_is_replaced_while_it_is_sent_is_sent_as_it_was(ranch):
    old, new = os.urandom(8_000_000), os.urandom(9_000_000)
    ranch.services.objects.put(KEY, old)
    with ranch.http.stream("GET", link(ranch)) as answer:
        pieces = answer.iter_raw()
        got = next(pieces)
        ranch.services.objects.put(KEY, new)
        got += b"".join(pieces)
    assert got == old
    assert ranch.http.get(link(ranch)).content == new


def test_several_send_at_once(ranch):
    content = {f"tst/{number}": os.urandom(3_000_000) for number in range(6)}

    def upload(key):
        url = ranch.services.objects.upload_link(key)
        assert httpx.put(url, content=content[key], timeout=20, trust_env=False).status_code == 200

    threads = [threading.Thread(target=upload, args=(key,)) for key in content]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key: ranch.services.objects.get(key) for key in content} == content


def test_files_that_are_kept_elsewhere_are_not_served_here(ranch, monkeypatch):
    monkeypatch.delattr(type(ranch.services.objects), "check_link")
    assert ranch.http.get("/objects/x").status_code == 403
