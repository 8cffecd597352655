"""Whose turn it is, and who overtakes."""

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from ocs_sim.agents._jobs._schedule import Place, Schedule

from ocs_sim.testing import wait_until
from tests.agents.jobs_bench import bench_in

GO, POINT = {"ra": 1, "dec": 1}, {"az": 1, "alt": 45}
AGENTS = ("mount", "camera", "dome")


@pytest.fixture
def bench(tmp_path):
    with bench_in(tmp_path) as bench:
        yield bench


def names(agent):
    return [name for name, _ in agent.said]


def test_jobs_of_one_agent_are_done_in_order_and_others_side_by_side(bench):
    mount, camera = bench.agents["mount"], bench.agents["camera"]
    mount.hold("goto")
    with bench.bridge("--order", "device"):
        first, second = bench.post("mount", "go", GO), bench.post("mount", "go", POINT)
        beside = bench.post("camera", "expose", {"time": 1})
        assert bench.ended(beside)[0] == "COMPLETE"
        assert bench.status(second) == "RECEIVED"
        mount.free("goto")
        assert bench.ended(second)[0] == "COMPLETE"
        assert bench.status(first) == "COMPLETE"
    assert names(mount) == ["goto", "goto_altaz"]
    assert names(camera) == ["expose"]


def test_an_exposure_waits_for_the_slew_before_it_and_the_next_slew_for_the_exposure(bench):
    mount, camera = bench.agents["mount"], bench.agents["camera"]
    mount.hold("goto")
    camera.hold("expose")
    with bench.bridge():
        there, image = bench.post("mount", "go", GO), bench.post("camera", "expose", {"time": 1})
        on = bench.post("mount", "go", POINT)
        dome = bench.post("enclosure", "home_dome")
        assert bench.ended(dome)[0] == "COMPLETE"
        assert (bench.status(image), bench.status(on)) == ("RECEIVED", "RECEIVED")
        mount.free("goto")
        bench.until(image, "EXPOSING")
        assert bench.status(there) == "COMPLETE"
        assert bench.status(on) == "RECEIVED"
        camera.free("expose")
        assert bench.ended(on)[0] == "COMPLETE"


def test_what_waited_while_nobody_was_there_is_done_in_order(bench):
    ulids = [bench.post("mount", "go", GO), bench.post("camera", "expose", {"time": 1})] * 1
    ulids += [bench.post("mount", "go", POINT), bench.post("camera", "expose", {"time": 2})]
    with bench.bridge():
        assert [bench.ended(ulid)[0] for ulid in ulids] == ["COMPLETE"] * 4
    begun = [next(e.unix for e in bench.job(ulid).history if e.status == "STARTED") for ulid in ulids]
    ends = [bench.job(ulid).history[-1].unix for ulid in ulids]
    assert all(end <= begin + 0.001 for end, begin in zip(ends, begun[1:], strict=False))


@pytest.mark.parametrize("action", ["stop", "cancel"])
def test_a_stop_ends_what_its_device_does_and_what_waits_for_it(bench, action):
    camera = bench.agents["camera"]
    camera.hold("expose")
    with bench.bridge():
        runs, waits = (bench.post("camera", "expose", {"time": time}) for time in (1, 2))
        other = bench.post("filter_wheel", "set_name", {"filter_name": "R"})
        bench.until(runs, "EXPOSING")
        stop = bench.post("camera", action)
        assert bench.ended(stop)[0] == "COMPLETE"
        assert bench.ended(runs)[:2] == ("CANCELED", f"cancelled by {stop}")
        assert bench.ended(waits)[:2] == ("CANCELED", f"cancelled by {stop}")
        assert bench.ended(other)[0] == "COMPLETE"
    assert names(camera) == ["expose", "set_filter"]


def test_a_stop_of_the_mount_stops_the_mount_itself(bench):
    bench.agents["mount"].hold("goto")
    with bench.bridge():
        runs = bench.post("mount", "go", GO)
        bench.until(runs, "STARTED")
        wait_until(lambda: names(bench.agents["mount"]) == ["goto"])
        assert bench.ended(bench.post("mount", "stop"))[0] == "COMPLETE"
        assert bench.ended(runs)[0] == "CANCELED"
    assert names(bench.agents["mount"]) == ["goto", "stop"]


@pytest.mark.parametrize("action", ["cancel_all_commands", "allstop"])
def test_cancel_all_ends_everything_but_a_dome_that_closes(bench, action):
    mount, camera, dome = (bench.agents[name] for name in AGENTS)
    mount.hold("goto")
    camera.hold("autofocus")
    dome.hold("close")
    with bench.bridge("--order", "device"):
        running = [
            bench.post("mount", "go", GO),
            bench.post("sequencer", "autofocus"),
            bench.post("enclosure", "close"),
        ]
        for ulid in running:
            bench.until(ulid, "STARTED")
        wait_until(lambda: all(agent.said for agent in (mount, camera, dome)))
        waits = bench.post("mount", "go", POINT)
        assert bench.ended(bench.post("all", action))[0] == "COMPLETE"
        assert bench.ended(waits)[0] == "CANCELED"
        assert [bench.ended(ulid)[0] for ulid in running[:2]] == ["CANCELED", "CANCELED"]
        if action == "cancel_all_commands":
            dome.free("close")
        wait_until(lambda: bench.job(running[2]).has_ended)
    # The store itself has marked all older jobs for the one, but the dome went on.
    expected = [] if action == "cancel_all_commands" else ["stop"]
    assert names(dome) == ["close", *expected]


def test_a_stop_that_is_claimed_first_is_still_against_what_is_older(bench):
    older = bench.post("mount", "go", GO)
    stop = bench.post("mount", "stop")
    newer = bench.post("mount", "go", POINT)
    with bench.bridge():
        assert bench.ended(newer)[0] == "COMPLETE"
        assert bench.ended(stop)[0] == "COMPLETE"
        assert bench.ended(older)[:2] == ("CANCELED", f"cancelled by {stop}")
    assert names(bench.agents["mount"]).count("goto") == 0


def test_a_stop_says_when_an_agent_could_not_be_stopped(bench):
    bench.remove("mount")
    with bench.bridge("--agent-wait", "0.1"):
        status, words, _ = bench.ended(bench.post("mount", "stop"))
    assert status == "FAILED"
    assert "mount does not answer" in words


class Turns(RuleBasedStateMachine):
    """A schedule against the rule itself: nobody begins while an earlier job is in its way."""

    def __init__(self):
        super().__init__()
        self.schedule = Schedule()
        self.order = []
        self.begun = set()
        self.count = 0

    @rule(
        holds=st.sets(st.sampled_from(AGENTS), min_size=1), after=st.sets(st.sampled_from(AGENTS), max_size=2)
    )
    def come(self, holds, after):
        self.count += 1
        place = Place(f"{self.count:03}", frozenset(holds), frozenset(after))
        self.order.append(place)
        self.schedule.add(place)

    @rule()
    def begin(self):
        for ulid in self.schedule.begin_ready():
            assert ulid not in self.begun
            self.begun.add(ulid)

    @rule(data=st.data())
    def end(self, data):
        if self.begun:
            self._remove(data.draw(st.sampled_from(sorted(self.begun))))

    @rule(data=st.data())
    def cancel(self, data):
        if self.schedule.waiting:
            self._remove(data.draw(st.sampled_from(self.schedule.waiting)))

    def _remove(self, ulid):
        self.schedule.remove(ulid)
        self.begun.discard(ulid)
        self.order = [place for place in self.order if place.ulid != ulid]

    @invariant()
    def nobody_is_in_anothers_way(self):
        for number, place in enumerate(self.order):
            if place.ulid in self.begun:
                wanted = place.holds | place.after
                assert not any(earlier.holds & wanted for earlier in self.order[:number])

    @invariant()
    def somebody_can_always_go_on(self):
        assert self.schedule.waiting == [each.ulid for each in self.order if each.ulid not in self.begun]
        if self.order and not self.begun:
            assert self.order[0].ulid in Schedule.begin_ready(self._copy())

    def _copy(self):
        copy = Schedule()
        for place in self.order:
            copy.add(place)
        return copy


TestTurns = Turns.TestCase
