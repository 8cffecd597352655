"""Publications are packed once: what msgpack makes of lists, also when arrays were given."""

from __future__ import annotations

import base64
import contextlib
import subprocess
import sys

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ocs_sim.wire import (
    BadBlock,
    BadFeedMessage,
    Block,
    FeedInfo,
    PackedSamples,
    decode_publication,
    pack_columns,
    pack_publication,
    pack_value,
    unpack_publication,
)

TOPIC = "observatory.data1.feeds.temps"
INFO = FeedInfo("observatory.data1", "temps", TOPIC, True, "17.5")
DESCRIPTION = pack_value(INFO.encode())

names = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
numeric = st.sampled_from(
    [f"{order}{code}" for order in "<>" for code in ("f8", "f4", "i8", "i4", "i2", "u8", "u4", "u2")]
    + ["f2", "i1", "u1", "?"]
)


@st.composite
def columns(draw, dtypes=numeric):
    """A field's samples as an array: any type, byte order and stride."""
    samples = draw(st.integers(0, 40))
    step = draw(st.sampled_from([1, 2, 3, -1]))
    fields = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    same = draw(st.none() | dtypes)
    data = {}
    for name in fields:
        whole = draw(arrays.arrays(same or draw(dtypes), samples * abs(step)))
        data[name] = whole[::step][:samples]
    return np.arange(samples, dtype=float), data


def as_lists(times, data):
    return times.tolist(), {name: column.tolist() for name, column in data.items()}


def same(one, other):
    """Equality to which NaN is equal to NaN, and 1 is neither 1.0 nor True."""
    return repr(one) == repr(other)


@given(columns())
def test_arrays_leave_as_the_lists_that_they_are(given_columns):
    times, data = given_columns
    packed = pack_publication([Block("b", times, data, None, 3, 17.5)], DESCRIPTION)
    lists = Block("b", *as_lists(times, data), None, 3, 17.5)
    assert same(unpack_publication(packed), [{"b": lists.encode()}, INFO.encode()])
    assert same(decode_publication(msgpack.unpackb(packed), TOPIC).blocks, (lists,))


anything = st.one_of(st.floats(), st.integers(-(2**63), 2**64 - 1), st.booleans(), st.text(max_size=3))


@given(st.dictionaries(names, st.lists(anything, min_size=2, max_size=2)), st.dictionaries(names, names))
def test_lists_leave_as_msgpack_packs_them(data, tags):
    block = Block("b", [1.0, 2.0], data, tags, 0)
    packed = pack_publication([block, Block("c", [], {})], DESCRIPTION)
    assert packed == msgpack.packb([{"b": block.encode(), "c": Block("c", [], {}).encode()}, INFO.encode()])


@pytest.mark.parametrize("samples", [0, 1, 15, 16, 199, 200, 65535, 65536, 100_000])
def test_arrays_of_every_length_have_their_header(samples):
    data = {"x": np.arange(samples, dtype=float), "y": np.arange(samples) % 3 == 0}
    block = Block("b", np.zeros(samples), data)
    decoded = decode_publication(unpack_publication(pack_publication([block], DESCRIPTION)), TOPIC).blocks[0]
    assert decoded.data == {"x": data["x"].tolist(), "y": data["y"].tolist()}


def test_arrays_of_texts_and_lists_may_stand_beside_arrays_of_numbers():
    block = Block("b", [1.0, 2.0], {"t": np.array(["a", "bc"]), "o": [1, 2], "n": np.array([1, 2])})
    decoded = decode_publication(unpack_publication(pack_publication([block], DESCRIPTION)), TOPIC).blocks[0]
    assert decoded.data == {"t": ["a", "bc"], "o": [1, 2], "n": [1, 2]}


@pytest.mark.parametrize(
    "column",
    [[2**64], [object()], ["\ud800"], np.zeros((2, 2)), np.array([object()])],
    ids=["huge", "object", "surrogate", "table", "objects"],
)
def test_what_cannot_be_packed_is_refused(column):
    with pytest.raises(BadBlock, match="'b' cannot be published: it cannot be packed"):
        pack_publication([Block("b", [1.0] * len(column), {"x": column})], DESCRIPTION)


@given(columns(st.sampled_from(["<f8", ">f8", "f4", "<i8", ">i8", "i4", "u2", "?"])))
def test_packed_samples_expand_to_what_was_packed(given_columns):
    times, data = given_columns
    lists = as_lists(times, data)
    assert same(pack_columns(times, data).expand(), lists)
    if len(times):
        assert pack_columns(*lists) == pack_columns(times, data)
    kinds = pack_columns(times, data).kinds
    assert pack_columns(*lists, kinds) == pack_columns(times, data)


@given(columns(st.sampled_from(["f8", "i4", "?"])), st.booleans())
def test_packed_blocks_are_decoded_to_lists_unless_they_are_to_stay_packed(given_columns, through_json):
    times, data = given_columns
    packed = pack_columns(times, data)
    block = Block("b", [], {}, {"a": {"_field": "a"}}, 7, 17.5, packed)
    argument = unpack_publication(pack_publication([block], DESCRIPTION))
    if through_json:
        body = argument[0]["b"]["packed"]
        body[3] = "\0" + base64.b64encode(body[3]).decode()
    assert decode_publication(argument, TOPIC, keep_packed=True).blocks == (block,)
    expanded = Block("b", *as_lists(times, data), {"a": {"_field": "a"}}, 7, 17.5)
    assert same(decode_publication(argument, TOPIC).blocks, (expanded,))


def test_the_blob_has_times_then_words_then_booleans():
    packed = pack_columns([1.0, 2.0], {"a": [True, False], "b": [3, 4], "c": [5, 6.5]})
    assert packed.encode() == [
        2,
        "a,b,c",
        "b1,i8,f8",
        b"".join(
            np.array(each, code).tobytes()
            for each, code in (([1, 2], "<f8"), ([3, 4], "<i8"), ([5, 6.5], "<f8"), ([1, 0], "?"))
        ),
    ]


@pytest.mark.parametrize(
    ("times", "data", "fault"),
    [
        ([1.0], {"a": [1.0, 2.0]}, r"1 timestamps but fields \['a'\] differ"),
        ([1.0], {"a": ["x"]}, "'a' has samples of type str, which cannot be packed"),
        ([1.0], {"a": [None]}, "'a' has samples of type NoneType"),
        ([1.0, 2.0], {"a": [True, 1]}, "'a' has samples of type bool, int"),
        ([1.0], {"a": [2**63]}, "cannot be packed"),
        ([1.0], {"a": np.array([2**63], np.uint64)}, "beyond 64 bits"),
        ([1.0], {"a": np.array(["x"])}, "'a' has samples of type str"),
    ],
)
def test_columns_that_have_no_packed_form_are_refused(times, data, fault):
    with pytest.raises(BadBlock, match=fault):
        pack_columns(times, data)


GOOD = [1, "a,b", "f8,b1", bytes(17)]


@pytest.mark.parametrize(
    ("packed", "fault"),
    [
        (None, r"packed must be \[samples"),
        (GOOD[:3], r"packed must be \[samples"),
        ([True, *GOOD[1:]], "a count, two texts and a blob"),
        ([-1, *GOOD[1:]], "a count, two texts and a blob"),
        ([1, ["a", "b"], *GOOD[2:]], "a count, two texts and a blob"),
        ([1, "a,b", "f8,f4", bytes(17)], r"unknown kinds \['f4'\]"),
        ([1, "a,b", "f8", bytes(16)], "2 names but 1 kinds"),
        ([1, "a,a", "f8,b1", bytes(17)], "a field twice"),
        ([1, "a,b", "f8,b1", bytes(16)], "16 bytes where 17 are due"),
        ([2**40, "a,b", "f8,b1", bytes(17)], "17 bytes where"),
        ([1, "a,b", "f8,b1", "text"], "the blob is str, not bytes"),
        ([1, "a,b", "f8,b1", "\0*"], "the blob is not base64"),
        ([1, "a,b", "f8,b1", 17], "the blob is int"),
    ],
)
def test_a_packed_block_that_is_not_one_is_refused(packed, fault):
    body = Block("b", [], {}).encode() | {"packed": packed}
    for keep in (True, False):
        with pytest.raises(BadFeedMessage, match=fault):
            decode_publication([{"b": body}, INFO.encode()], TOPIC, keep_packed=keep)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_publication_are_refused(packed):
    with contextlib.suppress(BadFeedMessage):
        assert len(unpack_publication(packed)) == 2


def test_a_booleans_byte_other_than_one_is_true():
    assert PackedSamples(2, ("a",), ("b1",), bytes(16) + b"\2\0").expand()[1] == {"a": [True, False]}


@pytest.mark.parametrize("sent", [True, "now", None, 10**400])
def test_a_moment_that_is_none_is_not_told(sent):
    body = Block("b", [1.0], {"a": [1.0]}).encode() | {"sent": sent}
    assert decode_publication([{"b": body}, INFO.encode()], TOPIC).blocks[0].sent is None


def test_lists_are_packed_without_numpy():
    program = (
        "import sys; from ocs_sim.wire import *; "
        "pack_columns([1.0], {'a': [True], 'b': [2]}).expand(); "
        "pack_publication([Block('b', [1.0], {'a': [1.0]})], b'\\xc0'); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=30).returncode == 0
