"""What encoders make of samples is what packing whole blocks makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.wire import (
    BOOLEAN,
    FLOAT,
    INTEGER,
    Block,
    FeedInfo,
    ListsEncoder,
    PackedEncoder,
    decode_publication,
    join_publication,
    pack_value,
    unpack_publication,
)

DESCRIPTION = pack_value(FeedInfo("root.a", "f", "root.a.feeds.f", True, "17.5").encode())
KINDS = {FLOAT: st.floats(), INTEGER: st.integers(-(2**63), 2**63 - 1), BOOLEAN: st.booleans()}
DTYPES = {FLOAT: "f8", INTEGER: "i8", BOOLEAN: "?"}
times = st.floats(0, 4e9)
any_kind = st.sampled_from(list(KINDS))


def decoded(encoder, chunks, tags=None):
    body = encoder.body(chunks, pack_value(tags), 7, 17.5)
    packed = join_publication([(encoder.key, body)], DESCRIPTION)
    return decode_publication(unpack_publication(packed), "t").blocks


@st.composite
def columns(draw, kinds=any_kind):
    chosen = draw(st.lists(kinds, min_size=1, max_size=20))
    pieces = []
    for samples in draw(st.lists(st.integers(1, 20), min_size=1, max_size=4)):
        exactly = {"min_size": samples, "max_size": samples}
        data = {f"field_{index}": draw(st.lists(KINDS[kind], **exactly)) for index, kind in enumerate(chosen)}
        pieces.append((draw(st.lists(times, **exactly)), data))
    return tuple(chosen), pieces


def arrays(kinds, data):
    return {
        name: np.array(each, DTYPES[kind]) for kind, (name, each) in zip(kinds, data.items(), strict=True)
    }


@pytest.mark.parametrize("encoder_type", [ListsEncoder, PackedEncoder])
@pytest.mark.parametrize("as_arrays", [True, False])
@given(given_columns=columns(), tags=st.none() | st.just({"field_0": {"_field": "x"}}))
def test_chunks_come_together_in_one_block(encoder_type, as_arrays, given_columns, tags):
    kinds, pieces = given_columns
    encoder = encoder_type("block", tuple(pieces[0][1]), kinds)
    chunks = [encoder.encode(each, arrays(kinds, data) if as_arrays else data) for each, data in pieces]
    together = {name: [value for _, data in pieces for value in data[name]] for name in pieces[0][1]}
    whole = Block("block", [moment for each, _ in pieces for moment in each], together, tags, 7, 17.5)
    assert repr(decoded(encoder, chunks, tags)) == repr((whole,))


@pytest.mark.parametrize("encoder_type", [ListsEncoder, PackedEncoder])
@given(given_columns=columns(st.just(FLOAT)))
def test_floats_are_encoded_alike_on_the_short_way(encoder_type, given_columns):
    kinds, pieces = given_columns
    encoder = encoder_type("block", tuple(pieces[0][1]), kinds)
    right = decoded(encoder, [encoder.encode(*each) for each in pieces])
    chunks = [encoder.encode_alike(data, each) for each, data in pieces]
    assert repr(decoded(encoder, chunks)) == repr(right)
    chunks = [encoder.encode_alike(arrays(kinds, data), np.array(each)) for each, data in pieces]
    assert repr(decoded(encoder, chunks)) == repr(right)
    assert repr(decoded(encoder, chunks[:1])) == repr(decoded(encoder, [encoder.encode(*pieces[0])]))


GOOD = {"a": [1.0, 2.0], "b": [3.0, 4.0]}
ODD = [
    1,
    True,
    None,
    "123456789",
    "",
    2**63,
    -(2**40),
    b"12345678",
    [1.0],
    {},
    np.float32(1),
    np.bool_(True),
]


@pytest.mark.parametrize("encoder_type", [ListsEncoder, PackedEncoder])
@given(data=st.data())
def test_the_short_way_is_for_floats_only(encoder_type, data):
    encoder = encoder_type("block", ("a", "b"), (FLOAT, FLOAT))
    name, index = data.draw(st.sampled_from("ab")), data.draw(st.integers(0, 1))
    changed = {key: list(values) for key, values in GOOD.items()}
    changed[name][index] = data.draw(st.sampled_from(ODD))
    assert encoder.encode_alike(changed, [1.0, 2.0]) is None
    assert encoder.encode_alike(GOOD, [1.0, 2.0]) is not None


@pytest.mark.parametrize("encoder_type", [ListsEncoder, PackedEncoder])
@pytest.mark.parametrize(
    ("data", "moments"),
    [
        ({"b": [1.0], "a": [1.0]}, [1.0]),
        ({"a": [1.0]}, [1.0]),
        ({"a": [1.0], "b": [1.0], "c": [1.0]}, [1.0]),
        ({"a": [1.0], "b": (1.0,)}, [1.0]),
        ({"a": (1.0,), "b": (1.0,)}, [1.0]),
        ({"a": "x", "b": "y"}, [1.0]),
        ({"a": [1.0], "b": [1.0, 2.0]}, [1.0]),
        ({"a": [], "b": []}, []),
        ({"a": [1.0], "b": [1.0]}, [float("nan")]),
        ({"a": [1.0], "b": [1.0]}, [1]),
        ({"a": [1.0], "b": [1.0]}, ["1"]),
        ({"a": [1.0], "b": [1.0]}, 1.0),
        ({"a": [1.0], "b": [1.0]}, None),
        ({"a": [1.0], "b": [1.0]}, np.array([1])),
        ({"a": [1.0], "b": [1.0]}, np.array([np.inf])),
        ({"a": [1.0], "b": [1.0]}, np.array([[1.0]])),
        ({"a": np.array([1.0]), "b": [1.0]}, [1.0]),
        ({"a": np.array([1.0]), "b": np.array([1])}, [1.0]),
        ({"a": np.array([1.0]), "b": np.array([True])}, [1.0]),
        ({"a": np.array([[1.0]]), "b": np.array([[1.0]])}, [1.0]),
        ({"a": np.array(1.0), "b": np.array(1.0)}, [1.0]),
        ({"a": np.ma.array([1.0]), "b": np.ma.array([1.0])}, [1.0]),
        (3, [1.0]),
    ],
)
def test_what_needs_a_closer_look_does_not_go_the_short_way(encoder_type, data, moments):
    assert encoder_type("block", ("a", "b"), (FLOAT, FLOAT)).encode_alike(data, moments) is None


@pytest.mark.parametrize("encoder_type", [ListsEncoder, PackedEncoder])
def test_arrays_may_change_afterwards_and_have_any_stride_and_byte_order(encoder_type):
    encoder = encoder_type("block", ("a",), (FLOAT,))
    samples, moments = np.arange(8, dtype=">f4"), np.arange(8, dtype=float)
    chunks = [
        encoder.encode_alike({"a": samples[::-2]}, moments[::2]),
        encoder.encode(moments[::2], {"a": samples[::-2]}),
    ]
    samples[:], moments[:] = 0, 0
    assert decoded(encoder, chunks[:1])[0].data == decoded(encoder, chunks[1:])[0].data == {"a": [7, 5, 3, 1]}
    assert decoded(encoder, chunks)[0].timestamps == [0, 2, 4, 6] * 2
