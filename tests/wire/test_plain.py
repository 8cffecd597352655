"""Whatever an agent puts into its session must reach every peer, whatever the serializer."""

import json
import math

import cbor2
import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.wire import to_plain

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(codec=None, categories=None)),
    st.binary(max_size=20),
    st.complex_numbers(),
    st.datetimes(),
    st.floats(width=32).map(np.float32),
    st.integers(-128, 127).map(np.int8),
    st.lists(st.floats(), max_size=4).map(np.array),
)
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=5), st.integers(), st.none()), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(anything)
def test_every_serializer_accepts_and_keeps_what_comes_out(value):
    plain, _ = to_plain(value)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert msgpack.unpackb(msgpack.packb(plain)) == plain
    assert cbor2.loads(cbor2.dumps(plain)) == plain


@pytest.mark.parametrize(
    ("value", "expected", "warning"),
    [
        (math.inf, None, "data: inf sent as null"),
        (-math.inf, None, "data: -inf sent as null"),
        (math.nan, None, "data: nan sent as null"),
        ({"a": [1.0, math.nan]}, {"a": [1.0, None]}, "data.a[1]: nan sent as null"),
        (2**70, float(2**70), "data: an integer beyond 64 bits sent as a float"),
        ("\0MTIz", "\ufffdMTIz", "data: a text that JSON peers would take for bytes sent with a replacement"),
        ("a\ud800", "a?", "data: half a character sent with a replacement"),
        (b"ab", "ab", "data: 2 bytes sent as text"),
        (1 + 2j, "(1+2j)", "data: complex sent as text"),
    ],
)
def test_a_value_that_has_to_change_leaves_a_warning_with_its_place(value, expected, warning):
    assert to_plain(value) == (expected, [warning])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, 2), [1, 2]),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        (np.arange(3), [0, 1, 2]),
        (np.float64(1.5), 1.5),
        (np.bool_(True), True),
        (np.array([[1.0], [2.0]]), [[1.0], [2.0]]),
        (np.str_("x"), "x"),
    ],
)
def test_ordinary_python_and_numpy_values_pass_without_a_word(value, expected):
    plain, warnings = to_plain(value)
    assert (plain, warnings) == (expected, [])
    assert type(plain) is type(expected)


def test_a_structure_that_contains_itself_ends():
    loop: list[object] = []
    loop += [loop, {"again": loop}]
    plain, warnings = to_plain(loop)
    assert plain == [None, {"again": None}]
    assert "contains itself" in warnings[0]


def test_a_structure_deeper_than_any_reader_expects_is_cut():
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    plain, warnings = to_plain(deep)
    json.dumps(plain)
    assert "nested deeper" in warnings[0]


def test_a_value_whose_text_cannot_be_made_is_named_by_its_type():
    class Broken:
        def __str__(self):
            raise RuntimeError("no text")

    assert to_plain({"x": Broken()})[0] == {"x": "<Broken>"}


def test_a_value_that_cannot_be_read_becomes_null_and_spares_the_rest():
    class Torn(dict):
        def items(self):
            raise OSError("device gone")

    plain, warnings = to_plain({"torn": Torn(a=1), "well": 2})
    assert plain == {"torn": None, "well": 2}
    assert warnings == ["data.torn: Torn that cannot be read (device gone) sent as null"]
