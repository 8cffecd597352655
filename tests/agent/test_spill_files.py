"""The files of spilled publications: what is whole is read, in order, and nothing else is."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocs_sim.agent import Spill
from ocs_sim.agent._earlier_boots import MOST_BOOTS
from ocs_sim.agent._publication import Publication
from ocs_sim.agent._spill_segment import MAGIC, decode, encode, scan
from ocs_sim.agent._spilled_boot import hold, is_held
from ocs_sim.testing import ManualClock
from tests.examples import examples

TOPIC = "root.a.feeds.x"
WEEK = 7 * 86400.0


@dataclass
class Log:
    """Remembers what was logged."""

    lines: list[str]

    def error(self, text, *facts):
        self.lines.append("error: " + text % facts)

    def warning(self, text, *facts):
        self.lines.append("warning: " + text % facts)


def spill(directory, boot="1700000000.5", capacity=2**20, clock=None, log=None):
    return Spill(Path(directory), boot, capacity, clock or ManualClock(), log or Log([]))


def publication(number, size=100, topic=TOPIC, last=None):
    return Publication(topic, os.urandom(size), number, number if last is None else last)


def plain(publications):
    return [each._replace(spilled=False) for each in publications]


def read(spilled, topic=TOPIC, first=0, last=10**9):
    return plain(spilled.read(topic, first, last))


def boot(store, boot_id):
    async def pause():
        await asyncio.sleep(0)

    return asyncio.run(store.boot(boot_id, pause))


some = st.builds(
    Publication,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.binary(max_size=50),
    st.integers(0, 2**63),
    st.just(2**63),
)


@given(some)
def test_what_is_written_is_read(written):
    assert decode(encode(written)) == written._replace(spilled=True)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.data())
def test_a_torn_file_has_what_is_whole(tmp_path_factory, sizes, data):
    written = [publication(number, size) for number, size in enumerate(sizes)]
    records = [encode(each) for each in written]
    whole = MAGIC + b"".join(records)
    path = tmp_path_factory.mktemp("torn") / "1.spill"
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    ends = [len(MAGIC) + sum(map(len, records[: index + 1])) for index in range(len(records))]
    complete = sum(end <= cut for end in ends)
    assert scan(path).bounds(TOPIC) == ((0, complete - 1) if complete else None)
    wrong = data.draw(st.integers(len(MAGIC), len(whole) - 1))
    path.write_bytes(whole[:wrong] + bytes([whole[wrong] ^ 0x10]) + whole[wrong + 1 :])
    before = sum(end <= wrong for end in ends)
    assert scan(path).bounds(TOPIC) == ((0, before - 1) if before else None)


def test_a_file_of_something_else_has_nothing(tmp_path):
    path = tmp_path / "1.spill"
    path.write_bytes(b"something else altogether, and long enough")
    assert scan(path).topics == []


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 90_000)), max_size=60),
    st.integers(100_000, 400_000),
)
def test_the_files_stay_within_their_bound_and_lose_the_oldest_first(tmp_path_factory, published, capacity):
    directory = tmp_path_factory.mktemp("bound")
    store = spill(directory, capacity=capacity)
    written, taken = [], []
    for number, (topic, size) in enumerate(published):
        written.append(publication(number, size, topic))
        taken.append(store.append(written[-1]))
        assert sum(path.stat().st_size for path in directory.rglob("*.spill")) <= capacity
        assert store.size_bytes <= capacity
    assert all(taken)
    kept = sorted((each for topic in "xyz" for each in read(store.present, topic)), key=lambda each: each[2])
    assert kept == written[len(written) - len(kept) :]
    assert not written or kept[-1:] == written[-1:]
    store.close([])
    found = boot(spill(directory, "1700000001.0", capacity), "1700000000.5")
    assert (sorted(found.topics()) if found else []) == sorted({each.topic for each in kept})
    if found:
        again = [each for topic in "xyz" for each in read(found, topic)]
        assert sorted(again, key=lambda each: each[2]) == kept


def test_a_range_is_read_from_wherever_it_is(tmp_path):
    store = spill(tmp_path, capacity=2**20)
    written = [publication(number, 20_000, last=number + 1) for number in range(0, 60, 2)]
    for each in written:
        store.append(each)
    assert len(list(tmp_path.rglob("*.spill"))) > 3
    assert read(store.present, first=11, last=30) == written[5:16]
    assert read(store.present, first=59) == written[-1:]
    assert read(store.present, first=60) == read(store.present, "root.a.feeds.other") == []
    assert store.present.bounds(TOPIC) == (0, 60)
    next(tmp_path.rglob("00000002.spill")).unlink()
    left = read(store.present)
    assert left == [each for each in written if each in left]
    assert 0 < len(left) < 30
    store.close([])


def test_what_the_end_adds_is_found_in_its_place(tmp_path):
    store = spill(tmp_path)
    written = [publication(number) for number in range(10)]
    for each in (*written[:2], *written[4:6], *written[8:]):
        store.append(each)
    store.close([written[2], written[3], written[4]._replace(spilled=True), written[6], written[7]])
    found = boot(spill(tmp_path, "1700000009.0"), "1700000000.5")
    assert read(found) == written
    assert found.bounds(TOPIC) == (0, 10)


def test_earlier_boots_make_room_for_the_present_one(tmp_path):
    boots = [f"170000000{number}.0" for number in range(3)]
    for name in boots:
        store = spill(tmp_path, name, 400_000)
        for number in range(4):
            store.append(publication(number, 30_000))
        store.close([])
    store = spill(tmp_path, "1700000010.0", 400_000)
    assert store.earlier() == boots
    for number in range(5):
        store.append(publication(number, 30_000))
    assert store.earlier() == boots[1:]
    assert not (tmp_path / boots[0]).exists()
    assert boot(store, boots[0]) is None
    assert boot(store, boots[2]).bounds(TOPIC) == (0, 4)
    for number in range(5, 40):
        store.append(publication(number, 30_000))
    assert store.earlier() == []
    assert store.present.bounds(TOPIC)[1] == 40
    store.close([])


def test_what_is_older_than_a_week_goes(tmp_path):
    clock = ManualClock()
    for name, age in (("1600000000.0", WEEK + 60), ("1600000001.0", WEEK - 3600)):
        store = spill(tmp_path, name)
        store.append(publication(0))
        store.close([])
        for path in (*(tmp_path / name).iterdir(), tmp_path / name):
            os.utime(path, (clock.time() - age, clock.time() - age))
    store = spill(tmp_path, "1700000000.0", clock=clock)
    assert store.earlier() == ["1600000001.0"]
    assert [each.name for each in tmp_path.iterdir()] == ["1600000001.0"]


def test_the_files_of_a_process_that_lives_are_left_alone(tmp_path):
    living = spill(tmp_path, "1700000000.0", 400_000)
    written = [publication(number, 30_000) for number in range(10)]
    for each in written:
        living.append(each)
    assert is_held(tmp_path / "1700000000.0")
    with pytest.raises(BlockingIOError):
        hold(tmp_path / "1700000000.0")
    second = spill(tmp_path, "1700000005.0", 400_000)
    assert second.earlier() == []
    assert boot(second, "1700000000.0") is None
    for number in range(30):
        second.append(publication(number, 30_000))
    second.close([])
    assert read(living.present) == written
    living.close([])
    # The next one takes over what both left, once they have ended.
    third = spill(tmp_path, "1700000009.0", 2**20)
    assert third.earlier() == ["1700000000.0", "1700000005.0"]


def test_a_boot_that_ends_later_is_offered_then(tmp_path):
    first = spill(tmp_path, "1700000000.0")
    first.append(publication(0))
    second = spill(tmp_path, "1700000005.0")
    assert second.earlier() == []
    first.close([])
    assert second.earlier() == ["1700000000.0"]


def test_nothing_is_left_where_nothing_was_published(tmp_path):
    store = spill(tmp_path / "spill")
    store.close([])
    assert not list(tmp_path.iterdir())


def test_a_directory_that_cannot_be_written_is_told_once_and_tried_again(tmp_path):
    in_the_way = tmp_path / "spill"
    in_the_way.write_text("a file")
    clock, log = ManualClock(), Log([])
    store = spill(in_the_way, clock=clock, log=log)
    for number in range(5):
        assert not store.append(publication(number, last=number + 1))
        clock.advance(3.0)
    assert store.missed_blocks == 10
    assert [line[:52] for line in log.lines] == [f"error: publications are not kept in {in_the_way}"[:52]]
    in_the_way.unlink()
    assert not store.append(publication(5))
    clock.advance(10.0)
    assert store.append(publication(6))
    assert log.lines[1] == f"warning: publications are kept in {store.directory} again"
    assert store.present.bounds(TOPIC) == (6, 7)
    store.close([publication(5)])
    assert [each.first_sequence for each in store.present.read(TOPIC, 0, 9)] == [5, 6]


def test_a_directory_that_is_removed_is_made_again(tmp_path):
    clock = ManualClock()
    store = spill(tmp_path, clock=clock)
    store.append(publication(0, 100_000))
    for each in store.directory.iterdir():
        each.unlink()
    store.directory.rmdir()
    clock.advance(20.0)
    assert store.append(publication(1, 100_000))
    assert [each.first_sequence for each in read(store.present)] == [1]
    assert is_held(store.directory)
    store.close([])


def test_files_can_be_read_while_others_are_written_and_removed(tmp_path):
    store = spill(tmp_path, capacity=200_000)
    written = [publication(number, 500) for number in range(2000)]

    def write():
        for each in written:
            assert store.append(each)

    writer = threading.Thread(target=write)
    writer.start()
    newest, reads = -1, 0
    while writer.is_alive() or not reads:
        found = [each.first_sequence for each in store.present.read(TOPIC, newest - 50, 10**9)]
        assert found == sorted(found)
        newest, reads = max([newest, *found]), reads + 1
    writer.join()
    left = read(store.present)
    assert left == written[-len(left) :]
    assert 100 < len(left) < 400
    store.close([])


def test_only_so_many_runs_are_offered_and_the_latest_ones(tmp_path):
    living = tmp_path / "1600000000.0"
    for number in range(MOST_BOOTS + 20):
        boot = tmp_path / f"{1600000000 + number}.0"
        boot.mkdir()
        (boot / "00000001.spill").write_bytes(MAGIC + encode(publication(0)))
    held = hold(living)
    store = spill(tmp_path, clock=ManualClock(1600000000.0))
    offered = store.earlier()
    assert offered == [f"{1600000000 + number}.0" for number in range(20, MOST_BOOTS + 20)]
    assert sorted(each.name for each in tmp_path.iterdir()) == [living.name, *offered]
    store.close([])
    os.close(held)


def test_what_is_bigger_than_all_room_is_counted_and_makes_no_room(tmp_path):
    log = Log([])
    store = spill(tmp_path, capacity=100_000, log=log)
    kept = [publication(0, 1000), publication(2, 1000)]
    assert store.append(kept[0])
    assert not store.append(publication(1, 200_000))
    assert store.append(kept[1])
    assert not store.append(publication(3, 200_000))
    assert plain(read(store.present)) == kept
    assert store.missed_blocks == 2
    (line,) = log.lines
    assert "200000 bytes are not kept" in line
    store.close([])
