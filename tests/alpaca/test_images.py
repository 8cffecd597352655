"""Images on the wire, in both forms."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from tests.alpaca.test_protocol import refused

PATH = "/api/v1/telescope/0/imagearray"
BYTES = {"accept": "application/json, application/imagebytes"}


def decoded(content):
    """Return what the API reference says that the bytes mean: header fields and [columns, rows]."""
    fields = struct.unpack_from("<iiIIiiiiiii", content)
    kind = {2: "<i4", 8: "<u2"}[fields[6]]
    return fields, np.frombuffer(content, kind, offset=fields[4]).reshape(fields[8], fields[9])


@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (1, 700), (600, 1000)])
def test_image_bytes_say_what_they_are(http, toy, shape):
    toy.image = np.random.default_rng(1).integers(0, 65536, shape, dtype=np.uint16)
    answer = http.get(PATH, headers=BYTES, params={"ClientTransactionID": 9})
    assert answer.headers["content-type"] == "application/imagebytes"
    fields, image = decoded(answer.content)
    assert fields[:3] == (1, 0, 9)
    assert fields[3] >= 1
    assert fields[4:] == (44, 2, 8, 2, shape[1], shape[0], 0)
    assert (toy.image == image.T).all()


def test_who_does_not_ask_for_bytes_gets_lists(http, toy):
    toy.image = np.random.default_rng(2).integers(0, 65536, (300, 500), dtype=np.uint16)
    found = http.get(PATH, params={"ClientTransactionID": 9}).json()
    assert (found.pop("Type"), found.pop("Rank")) == (2, 2)
    assert (toy.image == np.array(found.pop("Value")).T).all()
    assert found.pop("ServerTransactionID") >= 1
    assert found == {"ClientTransactionID": 9, "ErrorNumber": 0, "ErrorMessage": ""}


def test_other_integers_go_as_32_bits(http, toy):
    toy.image = np.array([[-5, 70000], [1, 2], [3, 4]], dtype=np.int64)
    fields, image = decoded(http.get(PATH, headers=BYTES).content)
    assert fields[5:8] == (2, 2, 2)
    assert (toy.image == image.T).all()


def test_the_error_of_an_image_is_json(http, toy):
    toy.image = None
    assert refused(http.get(PATH, headers=BYTES)) == 0x512


def test_others_are_answered_while_an_image_is_sent(http, server, toy):
    toy.image = np.zeros((3000, 3000), np.uint16)
    with http.stream("GET", PATH, headers=BYTES) as stream:
        pieces = stream.iter_raw()
        next(pieces)
        assert http.get("/api/v1/telescope/0/tracking").status_code == 200
        assert sum(map(len, pieces)) > 17_000_000
