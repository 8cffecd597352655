"""Where the arguments of a publication begin, found without unpacking it."""

import msgpack
from hypothesis import example, given
from hypothesis import strategies as st

from ocs_sim.launch._router_inside.header import arguments_offset

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary()
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)
requests = st.integers(0, 2**53)
texts = st.text(max_size=300)


def wide(number, least):
    """An unsigned integer in at least so many bytes."""
    packed = msgpack.packb(number)
    size = max(least, len(packed) - 1)
    if size == 0:
        return packed
    size = next(each for each in (1, 2, 4, 8) if each >= size)
    return bytes([{1: 0xCC, 2: 0xCD, 4: 0xCE, 8: 0xCF}[size]]) + number.to_bytes(size, "big")


def long_text(text, size):
    """A string whose length takes so many bytes, 0 for the shortest form."""
    data = text.encode()
    if size == 0 or len(data) >= 1 << 8 * size:
        return msgpack.packb(text)
    return bytes([{1: 0xD9, 2: 0xDA, 4: 0xDB}[size]]) + len(data).to_bytes(size, "big") + data


@given(requests, st.sampled_from([0, 1, 2, 4, 8]), texts, st.sampled_from([0, 1, 2, 4]), st.lists(values))
@example(0, 0, "", 0, [])
@example(2**53, 8, "x" * 70_000, 4, [1] * 70_000)
def test_it_is_where_the_arguments_begin(request, request_size, topic, topic_size, arguments):
    head = b"\x95\x10" + wide(request, request_size) + b"\x80" + long_text(topic, topic_size)
    packed = msgpack.packb(arguments)
    assert arguments_offset(head + packed) == len(head)


@given(st.lists(values, max_size=8))
def test_what_is_no_such_publication_has_none(message):
    data = msgpack.packb(message)
    is_one = (
        len(message) == 5
        and type(message[0]) is int
        and message[0] == 16
        and type(message[1]) is int
        and message[1] >= 0
        and message[2] == {}
        and type(message[2]) is dict
        and type(message[3]) is str
        and type(message[4]) is list
    )
    assert bool(arguments_offset(data)) is is_one


@given(st.binary(max_size=60).map(lambda rest: b"\x95\x10" + rest))
@example(b"\x95\x10\x01\x80\xdb\xff\xff\xff\xff\x91\x01")
@example(b"\x95\x10")
def test_where_it_finds_one_the_bytes_before_are_the_first_four_elements(data):
    offset = arguments_offset(data)
    if not offset:
        return
    unpacker = msgpack.Unpacker(raw=True)
    unpacker.feed(data[:offset])
    assert unpacker.read_array_header() == 5
    kind, request, options, topic = (unpacker.unpack() for _ in range(4))
    assert (kind, options) == (16, {})
    assert request >= 0
    assert type(topic) is bytes
    assert unpacker.tell() == offset


@given(requests, texts, st.lists(values))
def test_a_message_that_is_cut_before_the_arguments_has_none(request, topic, arguments):
    head = b"\x95\x10" + msgpack.packb(request) + b"\x80" + msgpack.packb(topic)
    data = head + msgpack.packb(arguments)
    for end in range(0, len(head), max(1, len(head) // 20)):
        assert arguments_offset(data[:end]) == 0
    assert arguments_offset(data[: len(head) + 1]) == len(head)
