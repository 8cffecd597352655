"""What a recorder missed, it can ask for."""

from __future__ import annotations

import pytest

from ocs_sim.wire import decode_publication


def replay(example, feed, from_seq=0):
    return example.bus.run(example.bus.answer(f"{example.address}.replay", (feed, from_seq), {}))


def numbers(answer):
    decoded = [decode_publication(each, "topic") for each in answer["publications"]]
    return [block.sequence for message in decoded for block in message.blocks]


def publish(example, *values):
    for value in values:
        example.agent.temps.publish_block("block", {"a": float(value), "b": value}, timestamp=1.0)


def test_what_was_published_is_given_again_from_a_number_on(example):
    publish(example, *range(10))
    answer = replay(example, "temps", 7)
    assert numbers(answer) == [7, 8, 9]
    assert (answer["oldest"], answer["next"], answer["more"]) == (0, 10, False)
    assert answer["boot_id"] == example.agent.context.boot_id
    assert answer["publications"][0] == example.bus.published[-3][1][0]
    assert numbers(replay(example, "temps", 10)) == []


def test_a_long_answer_comes_in_parts(example):
    for number in range(4):
        example.agent.free.publish_block("wide", {"x": [1.0] * 20_000}, timestamps=[1.0] * 20_000)
        example.agent.free.flush()
        assert example.agent.free.blocks_published == number + 1
    got, answer = [], {"more": True}
    while answer["more"]:
        answer = replay(example, "free", len(got))
        assert len(answer["publications"]) == 1 or not answer["more"]
        got += numbers(answer)
    assert got == [0, 1, 2, 3]


def test_what_waits_for_the_router_is_not_given_twice(example):
    publish(example, 1)
    example.bus.set_up(up=False)
    publish(example, 2, 3)
    example.bus.set_up(up=True)
    assert numbers(replay(example, "temps")) == [0, 1, 2]
    assert [block.sequence for block in example.blocks("temps")] == [0, 1, 2]


@pytest.mark.parametrize("feed", ["nope", "news", "heartbeat"])
def test_only_recorded_feeds_are_kept(example, feed):
    with pytest.raises(LookupError, match="it has temps, free"):
        replay(example, feed)
