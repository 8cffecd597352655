"""What agents answer is read without trust."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.collect import AskBlocks, BadReplay, Index, Kept, read_answer, read_index
from ocs_sim.wire import Block, FeedInfo, pack_publication, pack_value

F = "o.a.feeds.f"
INFO = FeedInfo("o.a", "f", F, True, "7.5", extras={"boot_id": "7.5"})
ASK = AskBlocks("o.a", "f", "7.5", 10, 19)


def publication(*numbers):
    blocks = [Block(f"b{number}", [1.0], {"x": [2.0]}, None, number) for number in numbers]
    return pack_publication(blocks, pack_value(INFO.encode()))


def answer(*publications, **changes):
    return {"boot_id": "7.5", "oldest": 0, "next": 30, "more": False, "publications": publications, **changes}


def test_an_answer_covers_what_was_asked_for_unless_there_is_more():
    packed = [publication(10, 11), publication(12)]
    assert read_answer(answer(*packed), ASK).covered == 19
    partly = read_answer(answer(*packed, more=True), ASK)
    assert (partly.covered, partly.more, partly.publications) == (12, True, tuple(packed))
    assert partly.size_bytes == sum(map(len, packed))
    assert read_answer(answer(next=15), ASK).covered == 14


def test_an_answer_is_sifted_only_when_that_is_asked_for():
    packed = [publication(10, 11), publication(13)]
    sifted = AskBlocks("o.a", "f", "7.5", 10, 19, sifted=True)
    assert read_answer(answer(*packed), ASK).sequences is None
    assert read_answer(answer(*packed), sifted).sequences == {10, 11, 13}


@pytest.mark.parametrize(
    ("given_answer", "fault"),
    [
        (None, "subscriptable"),
        ({}, "boot_id"),
        (answer(boot_id="8.5"), "of boot 8.5"),
        (answer(oldest=5, next=4), "no range"),
        (answer(next="many"), "no range"),
        (answer(next=True), "no range"),
        (answer(oldest=-1), "no range"),
        (answer("text"), "not bytes"),
        (answer(publications=7), "iterable"),
        (answer(more=True), "does not get any further"),
        (answer(publication(3), more=True), "does not get any further"),
        (answer(b"\xc1", more=True), "not msgpack"),
        (answer(pack_value([1, 2]), more=True), "values"),
    ],
)
def test_nonsense_is_named(given_answer, fault):
    with pytest.raises(BadReplay, match=fault) as error:
        read_answer(given_answer, ASK)
    assert str(error.value).startswith("o.a answers `replay` with something else than a replay: ")


def test_an_index_is_read():
    told = {
        "boot_id": "7.5",
        "feeds": {"f": {"oldest": 1, "next": 3}},
        "earlier": [{"boot_id": "6.5", "feeds": {"g": {"oldest": 0, "next": 9}}}],
    }
    assert read_index(told, "o.a") == Index("7.5", {"f": Kept(1, 3)}, {"6.5": {"g": Kept(0, 9)}})
    with pytest.raises(BadReplay, match="replay_index"):
        read_index({**told, "earlier": [{"boot_id": "6.5"}]}, "o.a")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["boot_id", "oldest", "next", "publications", "more", "feeds", "earlier"])


@given(st.dictionaries(keys, plain) | plain, st.booleans())
def test_whatever_is_answered_nothing_but_its_own_error_comes_out(told, sifted):
    for read in (
        lambda: read_index(told, "o.a"),
        lambda: read_answer(told, AskBlocks("o.a", "f", "", 0, 9, sifted)),
    ):
        try:
            read()
        except BadReplay:
            continue
