"""The frames of a journal: whatever breaks, what stands before it is read, and nothing more."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.archive._columns import ColumnKind, classify, fits_float, pack, to_texts
from ocs_sim.archive._errors import JournalTooNew
from ocs_sim.archive._framing import FRAME_SIZE, HEADER, frame, header_version, scan
from ocs_sim.archive._journal_index import JournalIndex
from tests.examples import examples

payloads = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=8)


def journal(contents):
    return HEADER + b"".join(map(frame, contents))


def intact(data):
    """What a reader gets out of a journal's bytes."""
    if header_version(data) is None:
        return []
    view = memoryview(data)
    return [bytes(view[begin:end]) for begin, end in scan(view)]


def ends(contents):
    """The offset behind the header and behind each frame."""
    offsets = [len(HEADER)]
    for payload in contents:
        offsets.append(offsets[-1] + FRAME_SIZE + len(payload))
    return offsets


@given(payloads)
def test_what_was_framed_is_read(contents):
    assert intact(journal(contents)) == contents


@given(payloads, st.data())
def test_a_truncated_journal_yields_exactly_the_whole_frames(contents, data):
    whole = journal(contents)
    length = data.draw(st.integers(0, len(whole) - 1))
    kept = sum(end <= length for end in ends(contents)[1:])
    assert intact(whole[:length]) == contents[:kept]


@given(payloads, st.data())
@settings(max_examples=examples(150))
def test_a_flipped_bit_yields_exactly_the_frames_before_it(contents, data):
    whole = bytearray(journal(contents))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    before = sum(end <= bit // 8 for end in ends(contents)) - 1
    assert intact(bytes(whole)) == (contents[:before] if before >= 0 else [])


@given(payloads, st.integers(1, 64))
def test_zeros_after_a_power_cut_are_not_records(contents, zeros):
    assert intact(journal(contents) + bytes(zeros)) == contents


@given(st.binary(max_size=200))
def test_any_other_file_is_no_journal(data):
    index = JournalIndex()
    assert index.extend(memoryview(data)) == 0
    assert index.end == 0


def test_a_format_of_the_future_is_refused_and_not_called_damage():
    import struct
    from zlib import crc32

    start = HEADER[:8] + struct.pack("<I", 2)
    newer = start + struct.pack("<I", crc32(start))
    with pytest.raises(JournalTooNew, match="journal format 2, this program reads format 1: upgrade"):
        JournalIndex().extend(memoryview(newer))


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers(), max_size=2)
)


@given(st.lists(anything, min_size=1, max_size=12))
def test_no_column_loses_a_value(column):
    kind = classify(column)
    if kind is ColumnKind.TEXT:
        assert to_texts(column, kind) == column
    elif kind is ColumnKind.JSON:
        decoded = [json.loads(text) for text in to_texts(column, kind)]
        assert same(decoded, column)
    else:
        assert same(unpacked(pack(column, kind), kind), column)


def unpacked(data, kind):
    import struct

    code = {ColumnKind.FLOAT: "d", ColumnKind.INTEGER: "q", ColumnKind.BOOLEAN: "?"}[kind]
    return list(struct.unpack(f"<{len(data) // struct.calcsize(code)}{code}", data))


def same(left, right):
    return len(left) == len(right) and all(map(alike, left, right))


def alike(left, right):
    missing = [value is None or (isinstance(value, float) and math.isnan(value)) for value in (left, right)]
    return (
        all(missing) if any(missing) else left == right and isinstance(left, bool) == isinstance(right, bool)
    )


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([1.0, 2.5], ColumnKind.FLOAT),
        ([1.0, 2, None], ColumnKind.FLOAT),
        ([1, 2], ColumnKind.INTEGER),
        ([True, False], ColumnKind.BOOLEAN),
        (["a", "ü"], ColumnKind.TEXT),
        ([1, "a"], ColumnKind.JSON),
        ([1, True], ColumnKind.JSON),
        ([1, None], ColumnKind.JSON),
        ([2**63], ColumnKind.JSON),
        ([0.5, 2**53 + 1], ColumnKind.JSON),
        (["a\0b"], ColumnKind.JSON),
        (["\ud800"], ColumnKind.JSON),
    ],
)
def test_a_column_gets_the_narrowest_kind_that_keeps_it(column, kind):
    assert classify(column) is kind


def test_arrays_are_classified_without_looking_at_their_elements():
    import numpy as np

    kinds = [classify(np.zeros(3, dtype=kind)) for kind in ("f4", "f8", "i2", "?", "u8")]
    assert kinds == ["f8", "f8", "i8", "b1", "i8"]
    assert classify(np.array([2**64 - 1], dtype="u8")) is ColumnKind.JSON
    assert fits_float(np.arange(3))
    assert not fits_float(np.array([True]))
