"""Whatever a document may hold comes back exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.stores import LimitExceeded, TableSpec
from ocs_sim.stores._embedded._codec import decode, encode, same
from ocs_sim.stores._embedded._search import text_after_prefix
from ocs_sim.stores._limits import check_document

SPEC = TableSpec("ports-codec", "site")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(10**38) + 1, 10**38 - 1) | st.decimals(
    allow_nan=False, allow_infinity=False, places=10
).filter(lambda number: len(number.normalize().as_tuple().digits) <= 28)
NAMES = st.one_of(TEXTS.filter(bool), st.sampled_from(["$number", "$bytes", "$", "$$number"]))
VALUES = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(NAMES.filter(lambda name: name != "site"), VALUES, max_size=6)


def types_of(value):
    if isinstance(value, dict):
        return {name: types_of(item) for name, item in value.items()}
    if isinstance(value, list):
        return [types_of(item) for item in value]
    return type(value)


@given(DOCUMENTS)
def test_a_document_comes_back_exactly(document):
    normal = check_document(SPEC, {"site": "sim", **document})
    again = decode(encode(normal))
    assert again == normal == {"site": "sim", **document}
    assert types_of(again) == types_of(normal)
    assert same(again, normal)
    assert check_document(SPEC, again) == again


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_exact_or_refused(number):
    try:
        normal = check_document(SPEC, {"site": "sim", "n": number})["n"]
    except LimitExceeded:
        return
    again = decode(encode({"n": normal}))["n"]
    assert again == number
    assert type(again) is (int if number == number.to_integral_value() else Decimal)


@given(TEXTS, TEXTS)
def test_what_begins_so_lies_below_the_text_after_it(prefix, rest):
    beyond = text_after_prefix(prefix)
    assert beyond is None or (prefix + rest).encode() < beyond.encode()


@given(TEXTS.filter(bool), TEXTS)
def test_what_does_not_begin_so_does_not_lie_between(prefix, other):
    beyond = text_after_prefix(prefix)
    between = prefix.encode() <= other.encode() and (beyond is None or other.encode() < beyond.encode())
    assert between == other.startswith(prefix)


@pytest.mark.parametrize(
    ("one", "other"), [(1, True), (0, False), (1, "1"), (b"a", "a"), ([1], [True]), ({}, [])]
)
def test_what_python_calls_equal_need_not_be_the_same(one, other):
    assert not same(one, other)
    assert not same({"a": [one]}, {"a": [other]})
