"""Histories that are easy to get wrong, one by one."""

from __future__ import annotations

import shutil

import pytest

from ocs_sim.archive import Archive, repack
from tests.model.disk import FAILING, FULL
from tests.model.publisher import FEEDS, Keeping
from tests.model.world import World

SPILLING = Keeping(history_bytes=1500, spill_bytes=10**7)


def publish(world, count, feed="single", samples=2):
    for number in range(count):
        values = {"a": [number + at / 8 for at in range(samples)], "b": [float(number)] * samples}
        world.publishers[0].publish(feed, "temps", values)
        world.loop.settle()


def numbers(world, feed="single"):
    """Return the numbers of a feed's archived blocks, of each boot in order."""
    found = {}
    with Archive(world.archiver.directory) as archive:
        for block in archive.as_published(f"*.{feed}.*.*"):
            found.setdefault(block.boot_id, []).append(block.sequence)
    return list(found.values())


def gaps(world):
    with Archive(world.archiver.directory) as archive:
        found = [gap for segment in archive._catalogue.refresh() for gap in segment.gaps]
    return sorted((gap.first_missing, gap.last_missing, gap.reason) for gap in found)


def first_call(world, procedure):
    """Let time pass until the archiver asks for something; the router dawdles."""
    for _ in range(100):
        for call in world.router.calls:
            if call.uri.endswith(f".{procedure}"):
                return call
            world.router.route(call)
            world.loop.settle()
            world.router.deliver(call)
        world.advance(0.1)
        world.router.carry(world.publishers[0].link, 100)
    raise AssertionError(f"nobody calls {procedure}")


def test_what_is_published_is_archived():
    with World() as world:
        for _ in range(10):
            for feed in FEEDS:
                publish(world, 3, feed)
            world.advance(0.2)
        world.end()
        assert numbers(world) == [list(range(30))]


@pytest.mark.parametrize("doom", ["all", 0, 30, 1000])
def test_death_around_a_sync_while_a_replay_is_under_way(doom):
    with World() as world:
        world.archiver.kill()
        publish(world, 60)
        world.archiver.start()
        world.router.be_prompt(False)
        call = first_call(world, "replay")
        world.router.route(call)
        world.loop.settle()
        world.router.deliver(call)
        world.archiver.disk.doom = doom
        world.advance(0.3)
        assert world.archiver.recorder is None
        publish(world, 5)
        world.end()
        assert numbers(world) == [list(range(65))]
        assert gaps(world) == []


def test_death_before_the_rename_of_a_sealed_file_while_a_replay_is_under_way():
    with World() as world:
        publish(world, 10)
        world.advance(0.5)
        world.archiver.kill()
        publish(world, 60)
        world.archiver.start()
        world.advance(0.1)
        world.router.be_prompt(False)
        world.router.route(first_call(world, "replay"))
        partial = world.archiver.writer.unsealed[0].with_name(".1700000000.h5.sealing")
        world.archiver.kill()
        partial.write_bytes(b"\x89HDF half of it")
        world.end()
        assert numbers(world) == [list(range(70))]
        assert not partial.exists()


def test_death_between_the_rename_and_the_removal_of_the_journal_while_a_replay_is_under_way():
    with World() as world:
        publish(world, 10)
        world.advance(0.5)
        world.archiver.rotate()
        world.router.be_prompt(False)
        publish(world, 20)
        world.router.lose(world.publishers[0].link, 3)
        world.router.come_up()
        world.loop.settle()
        world.router.route(first_call(world, "replay"))
        world.archiver.seal_and_die()
        world.end()
        assert numbers(world) == [list(range(30))]


@pytest.mark.parametrize("kept", [Keeping(), SPILLING], ids=["in memory", "in files"])
@pytest.mark.parametrize("clean", [True, False], ids=["stopped", "killed"])
def test_a_publisher_that_restarts_twice_while_the_archiver_is_away(kept, clean):
    with World(kept) as world:
        publish(world, 5)
        world.advance(1)
        world.router.lose(world.publishers[0].link, 0)
        publish(world, 2)
        world.archiver.stop()
        for count in (4, 6):
            world.publishers[0].stop() if clean else world.publishers[0].kill(0)
            world.publishers[0].boot()
            publish(world, count)
        world.end()
        expected = [[0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3]] if kept.spill_bytes else [[0, 1, 2, 3, 4]]
        assert numbers(world) == [*expected, [0, 1, 2, 3, 4, 5]]
        assert gaps(world) == []


def test_what_a_run_had_told_of_and_took_with_it_is_a_gap():
    with World() as world:
        publish(world, 5)
        world.advance(0.5)
        world.router.be_prompt(False)
        publish(world, 5)
        world.router.carry(world.publishers[0].link, 5, [0] * 5)
        world.advance(1)
        world.router.carry(world.publishers[0].link, 1)
        world.advance(0.2)
        world.publishers[0].kill(0)
        world.end()
        assert numbers(world) == [list(range(5))]
        assert gaps(world) == [(5, 9, "the publisher restarted and kept nothing of that run")]


def test_a_publisher_whose_boot_changes_between_index_and_replay():
    with World() as world:
        publish(world, 10)
        world.advance(0.5)
        world.archiver.kill()
        publish(world, 30)
        world.archiver.start()
        world.router.be_prompt(False)
        call = first_call(world, "replay")
        world.publishers[0].kill(0)
        world.publishers[0].boot()
        world.loop.settle()
        publish(world, 3)
        world.router.route(call)
        world.loop.settle()
        world.router.deliver(call)
        world.end()
        assert numbers(world) == [list(range(10)), [0, 1, 2]]
        assert gaps(world) == [(10, 39, "the publisher restarted and kept nothing of that run")]


def test_a_publisher_whose_boot_changes_between_index_and_replay_and_who_keeps_it_in_files():
    with World(SPILLING) as world:
        publish(world, 10)
        world.advance(0.5)
        world.archiver.kill()
        publish(world, 30)
        world.archiver.start()
        world.router.be_prompt(False)
        call = first_call(world, "replay")
        world.publishers[0].kill(0, torn=b"half a record")
        world.publishers[0].boot()
        world.loop.settle()
        publish(world, 3)
        world.router.route(call)
        world.loop.settle()
        world.router.deliver(call)
        world.end()
        assert numbers(world) == [list(range(40)), [0, 1, 2]]


def test_an_archiver_that_finds_its_directory_empty_asks_for_all_that_is_left():
    with World(SPILLING) as world:
        publish(world, 20)
        world.publishers[0].kill(0)
        world.publishers[0].boot()
        publish(world, 20)
        world.advance(2)
        world.archiver.stop()
        shutil.rmtree(world.archiver.directory)
        world.verdict.forget()
        world.archiver.start()
        world.end()
        assert numbers(world) == [list(range(20)), list(range(20))]


def test_an_archiver_that_finds_its_directory_empty_does_not_call_lost_what_went_before():
    with World(Keeping(history_bytes=3000)) as world:
        publish(world, 20)
        world.advance(2)
        world.archiver.stop()
        shutil.rmtree(world.archiver.directory)
        world.verdict.forget()
        world.clock.elapsed += 10
        world.archiver.start()
        world.end()
        (archived,) = numbers(world)
        assert archived == list(range(archived[0], 20))
        assert archived[0] > 0
        assert gaps(world) == []


def test_a_block_that_is_replayed_twice_from_files():
    with World(SPILLING) as world:
        world.archiver.stop()
        publish(world, 12)
        world.publishers[0].kill(0)
        world.publishers[0].boot()
        world.archiver.start()
        world.router.be_prompt(False)
        call = first_call(world, "replay")
        # The answer to this one is lost with the connection, after it was given to the recorder.
        world.router.route(call)
        world.loop.settle()
        for publication in call.answer["publications"]:
            world.archiver.recorder.offer(publication, replayed=True)
        world.router.lose_archiver(0)
        world.loop.settle()
        world.router.come_up()
        world.end()
        assert numbers(world) == [list(range(12))]
        assert gaps(world) == []


def test_what_made_room_before_it_was_sent_is_a_gap_although_nothing_follows():
    with World(Keeping(history_bytes=1500)) as world:
        world.advance(2)
        world.router.go_down(0)
        publish(world, 10, "single")
        publish(world, 20, "packed")
        world.end()
        assert numbers(world) == []
        assert (0, 9) in [gap[:2] for gap in gaps(world)]


def test_what_made_room_before_it_was_sent_comes_from_files_although_nothing_follows():
    with World(SPILLING) as world:
        world.advance(2)
        world.router.go_down(0)
        publish(world, 10, "single")
        publish(world, 20, "packed")
        world.end()
        assert numbers(world) == [list(range(10))]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_steps_by_an_hour_between_runs_of_everybody(hours):
    with World(SPILLING) as world:
        for count in (10, 12, 14):
            publish(world, count)
            world.advance(0.5)
            world.archiver.rotate()
            publish(world, 3)
            world.publishers[0].kill(1)
            world.archiver.kill()
            world.clock.step(3600 * hours)
            world.publishers[0].boot()
            world.archiver.start()
        world.end()
        found = numbers(world)
        assert sorted(map(len, found)) == [13, 15, 17]
        assert all(each == list(range(len(each))) for each in found)


def test_repacking_before_anything_was_recorded():
    with World() as world:
        report = repack(world.archiver.directory, clock=world.clock)
        assert (report.made, report.leftovers, report.faults) == ([], [], [])
        publish(world, 3)
        world.end()
        assert numbers(world) == [[0, 1, 2]]


@pytest.mark.parametrize("number", [FULL, FAILING])
@pytest.mark.parametrize("room", [0, 5, 400, 10**6])
def test_a_disk_that_takes_some_and_is_whole_again(number, room):
    with World() as world:
        publish(world, 10)
        world.advance(0.5)
        world.archiver.disk.fail(number, room)
        publish(world, 10)
        world.advance(5)
        world.archiver.disk.heal()
        publish(world, 10)
        world.judge()
        world.archiver.kill(tail=b"torn")
        world.end()
        assert numbers(world) == [list(range(30))]
        assert gaps(world) == []
