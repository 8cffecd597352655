"""Feed messages as OCS 0.12.1 sends them, and what is said of those that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.wire import BadFeedMessage, Block, FeedInfo, decode_publication, encode_blocks, encode_message

TOPIC = "observatory.data1.feeds.temps"
INFO = FeedInfo("observatory.data1", "temps", TOPIC, True, "17.5", "FakeDataAgent", {"frame_length": 60})

names = st.text(min_size=1, max_size=8)
columns = st.integers(0, 5).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(allow_nan=False), min_size=n, max_size=n),
        st.dictionaries(names, st.lists(st.integers(), min_size=n, max_size=n), max_size=3),
    )
)
blocks = st.builds(
    lambda name, body, seq: Block(name, body[0], body[1], None, seq),
    names,
    columns,
    st.none() | st.integers(0, 2**60),
)


@given(st.lists(blocks, max_size=3, unique_by=lambda block: block.name))
def test_what_is_encoded_is_decoded(sent):
    received = decode_publication(encode_blocks(sent, INFO.encode()), TOPIC)
    assert received.feed == INFO
    assert list(received.blocks) == sent


def test_a_block_without_a_sequence_number_has_just_the_four_keys_of_ocs():
    assert list(Block("b", [1.0], {"f": [2]}).encode()) == [
        "block_name",
        "data",
        "influxdb_tags",
        "timestamps",
    ]


def test_a_message_of_a_feed_that_is_not_recorded_passes_as_it_is():
    info = FeedInfo("observatory.data1", "heartbeat", "t", False, "17.5")
    assert decode_publication(encode_message({"acq": 3}, info.encode()), "t").message == {"acq": 3}


def test_extra_keys_of_a_feed_description_are_kept():
    described = INFO.encode() | {"boot_id": "17.5"}
    assert decode_publication([{}, described], TOPIC).feed.extras == {"boot_id": "17.5"}


@pytest.mark.parametrize(
    ("argument", "fault"),
    [
        (None, "not a pair"),
        ([1], "not a pair"),
        ([{}, {"record": True}], "not a pair"),
        ([[], INFO.encode()], "must map block names to blocks"),
        ([{"b": {}}, INFO.encode()], "block 'b' lacks timestamps or data"),
        ([{"b": {"timestamps": [1.0], "data": {"f": []}}}, INFO.encode()], "columns ['f'] differ in length"),
        (
            [{"b": {"timestamps": 1.0, "data": {"f": [1]}}}, INFO.encode()],
            "block 'b' lacks timestamps or data",
        ),
    ],
)
def test_a_faulty_message_is_refused_with_its_topic_and_fault(argument, fault):
    with pytest.raises(BadFeedMessage) as refused:
        decode_publication(argument, TOPIC)
    assert TOPIC in str(refused.value)
    assert fault in str(refused.value)
