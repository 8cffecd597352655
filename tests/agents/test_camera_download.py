"""Images come as they were exposed, in whatever of Alpaca's forms a camera sends them."""

import contextlib
import http.server
import json
import socket
import struct
import threading

import numpy as np
import pytest
from ocs_sim.agents._camera._download import fetch_image
from ocs_sim.agents._camera._errors import BadImage, ImageLost, ImageRefused

IMAGE = (np.arange(300 * 401) * 7 % 60_000).reshape(300, 401)


def image_bytes(image, kind, dtype, version=1, error=0, rank=2):
    rows, columns = image.shape
    head = struct.pack("<11i", version, error, 1, 1, 44, 2, kind, rank, columns, rows, 0)
    return head + np.ascontiguousarray(image.T).astype(dtype).tobytes()


@contextlib.contextmanager
def camera(body, kind="application/imagebytes", status=200, cut=None):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked = (self.path, self.headers["Accept"])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut])

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1/camera/0", server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("kind", "dtype"), [(8, "<u2"), (2, "<i4"), (9, "<u4"), (7, "<i8")])
def test_integers_of_any_size_that_uint16_holds(kind, dtype):
    with camera(image_bytes(IMAGE, kind, dtype)) as (url, server):
        image = fetch_image(url, timeout_seconds=5.0, client_id=42)
        assert server.asked[0].startswith("/api/v1/camera/0/imagearray?ClientID=42&")
        assert "application/imagebytes" in server.asked[1]
    assert (image.dtype, image.flags.c_contiguous) == (np.uint16, True)
    assert np.array_equal(image, IMAGE)


def test_what_uint16_does_not_hold_stays_as_it_is():
    with camera(image_bytes(IMAGE + 10_000, 2, "<i4")) as (url, _):
        assert fetch_image(url, timeout_seconds=5.0).dtype == np.int32
    with camera(image_bytes(IMAGE / 3, 3, "<f8")) as (url, _):
        assert np.array_equal(fetch_image(url, timeout_seconds=5.0), IMAGE / 3)


def test_json_for_cameras_that_know_nothing_else():
    body = json.dumps({"ErrorNumber": 0, "ErrorMessage": "", "Type": 2, "Rank": 2, "Value": IMAGE.T.tolist()})
    with camera(body.encode(), "application/json") as (url, _):
        image = fetch_image(url, timeout_seconds=5.0)
    assert image.dtype == np.uint16
    assert np.array_equal(image, IMAGE)


def test_a_large_image_comes_in_blocks():
    image = np.random.default_rng(1).integers(0, 65_535, (1500, 1203), dtype=np.uint16)
    seen = []
    with camera(image_bytes(image, 8, "<u2")) as (url, _):
        assert np.array_equal(fetch_image(url, timeout_seconds=5.0, on_progress=seen.append), image)
    assert len(seen) > 2
    assert (seen, seen[-1]) == (sorted(seen), 1.0)


def test_a_connection_that_breaks_in_the_middle():
    with (
        camera(image_bytes(IMAGE, 8, "<u2"), cut=1000) as (url, _),
        pytest.raises(ImageLost, match="Expose again"),
    ):
        fetch_image(url, timeout_seconds=5.0)


def test_nobody_there():
    with pytest.raises(ImageLost, match="refused"):
        fetch_image("http://127.0.0.1:1/api/v1/camera/0", timeout_seconds=5.0)


@pytest.mark.parametrize("kind", ["application/json", "application/imagebytes"])
def test_a_camera_that_refuses(kind):
    text = "no exposure was taken"
    if kind == "application/json":
        body = json.dumps({"ErrorNumber": 0x40B, "ErrorMessage": text}).encode()
    else:
        body = image_bytes(np.zeros((0, 0)), 0, "<u2", error=0x40B) + text.encode()
    with camera(body, kind) as (url, _), pytest.raises(ImageRefused, match=f"0x40B.*{text}"):
        fetch_image(url, timeout_seconds=5.0)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (image_bytes(IMAGE, 99, "<u2"), "application/imagebytes", 200),
        (image_bytes(IMAGE, 8, "<u2", version=2), "application/imagebytes", 200),
        (image_bytes(IMAGE, 8, "<u2", rank=3), "application/imagebytes", 200),
        (b"not json", "application/json", 200),
        (b'{"Value": [1, 2]}', "application/json", 200),
        (b"no such device", "text/plain", 400),
    ],
)
def test_what_is_no_image(body, kind, status):
    with camera(body, kind, status) as (url, _), pytest.raises(BadImage):
        fetch_image(url, timeout_seconds=5.0)


def test_a_camera_that_says_nothing_can_be_interrupted_and_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/api/v1/camera/0"
        with pytest.raises(ImageLost, match="timed out"):
            fetch_image(url, timeout_seconds=0.05)
        forgotten = []

        def on_cancel(interrupt):
            threading.Thread(target=interrupt).start()
            return lambda: forgotten.append(interrupt)

        with pytest.raises(ImageLost):
            fetch_image(url, timeout_seconds=60.0, on_cancel=on_cancel)
        assert len(forgotten) == 1


def test_a_camera_that_takes_no_connection_is_given_up_soon(monkeypatch):
    monkeypatch.setattr("ocs_sim.agents._camera._download._CONNECT_SECONDS", 0.05)
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}/api/v1/camera/0"
        with pytest.raises(ImageLost, match="timed out"):
            fetch_image(url, timeout_seconds=600.0)


def test_what_the_listener_raises_ends_the_transfer():
    def enough(fraction):
        raise KeyError(fraction)

    with camera(image_bytes(IMAGE, 8, "<u2")) as (url, _), pytest.raises(KeyError):
        fetch_image(url, timeout_seconds=5.0, on_progress=enough)
