"""Several children together: order, groups, reload, requests, and who was heard of."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.supervise import (
    Child,
    Handle,
    RequestRefused,
    Stray,
    Supervisor,
    Target,
    find_cycles,
    read_requests,
)
from tests.supervise.fake_processes import FakeProcesses, HandClock, spec


def child(
    name: str, *ids: str, after: tuple[str, ...] = (), target: Target = Target.UP, **more: Any
) -> Child:
    return Child(spec(name, *ids), target, depends_on=after, **more)


class Host:
    """A supervisor with its surroundings."""

    def __init__(self, *children: Child) -> None:
        self.clock = HandClock()
        self.processes = FakeProcesses(self.clock)
        self.said: list[str] = []
        self.supervisor = Supervisor(self.processes, self.clock, self.said.append)
        self.supervisor.configure(children)

    def advance(self, seconds: float = 0.1) -> None:
        for _ in range(round(seconds * 10)):
            self.clock.now += 0.1
            self.supervisor.tick()

    def entry(self, name: str) -> dict[str, Any]:
        return next(each for each in self.supervisor.child_states() if each["instance_id"] == name)

    def state(self, name: str) -> str:
        return str(self.entry(name)["next_action"])

    def register(self, *names: str) -> None:
        for name in names:
            pid = self.entry(name)["pid"]
            self.supervisor.hear(name, f"boot of {pid}")
        self.advance()

    def ask(self, *pairs: Any) -> None:
        self.supervisor.apply(read_requests(pairs, self.supervisor.problems))
        self.advance()

    @property
    def order(self) -> list[str]:
        return [name for _, name in self.processes.spawned]


def test_starts_in_order_and_stops_in_reverse() -> None:
    host = Host(
        child("telescope", after=("mount", "camera")), child("camera"), child("mount", after=("camera",))
    )
    host.advance()
    assert host.order == ["camera"]
    assert host.entry("telescope")["waiting_for"] == ["mount", "camera"]
    host.register("camera")
    assert host.order == ["camera", "mount"]
    host.register("mount")
    assert host.order == ["camera", "mount", "telescope"]
    host.register("telescope")
    assert host.supervisor.settled
    pids = {host.entry(name)["pid"]: name for name in ("telescope", "mount", "camera")}
    host.supervisor.bring_all_down()
    host.advance(0.5)
    assert [pids[pid] for _, pid, _ in host.processes.signals] == ["telescope", "mount", "camera"]
    assert host.supervisor.all_down


def test_a_dependency_that_crashes_does_not_take_others_along() -> None:
    host = Host(child("camera"), child("telescope", after=("camera",)))
    host.advance()
    host.register("camera")
    host.register("telescope")
    pid = host.entry("telescope")["pid"]
    host.processes.end(next(h for h, s in host.processes.living.items() if s.name == "camera"), -9)
    host.advance()
    assert host.state("camera") == "wait_start"
    assert (host.state("telescope"), host.entry("telescope")["pid"]) == ("up", pid)


def test_may_depend_on_an_agent_elsewhere() -> None:
    host = Host(child("telescope", after=("weather",)))
    host.advance()
    assert host.entry("telescope")["waiting_for"] == ["weather"]
    host.supervisor.hear("weather", "boot")
    host.advance()
    assert host.order == ["telescope"]


def test_a_last_heartbeat_of_the_dead_proves_nothing() -> None:
    host = Host(child("data1"))
    host.advance()
    host.register("data1")
    assert host.state("data1") == "up"
    old = host.entry("data1")["pid"]
    host.processes.end(next(iter(host.processes.living)), -9)
    host.advance()
    host.supervisor.hear("data1", f"boot of {old}")
    host.advance()
    assert host.state("data1") == "wait_start"
    assert host.entry("data1")["waiting_for"] == ["data1 to register"]
    host.register("data1")
    assert host.state("data1") == "up"


def test_an_agent_with_no_heartbeat_is_ready_when_it_names_its_process() -> None:
    host = Host(child("data1"))
    host.advance()
    assert host.supervisor.unheard() == ["data1"]
    host.supervisor.confirm("data1", 1)
    host.advance()
    assert host.state("data1") == "wait_start"
    host.supervisor.confirm("data1", host.entry("data1")["pid"])
    host.advance()
    assert host.state("data1") == "up"
    assert host.supervisor.unheard() == []


def test_a_group_is_one_process_that_is_ready_when_all_are() -> None:
    host = Host(child("group-cameras", "camera1", "camera2", process_group="cameras"))
    host.advance()
    assert host.order == ["group-cameras"]
    host.register("camera1")
    assert host.state("camera1") == "wait_start"
    assert host.entry("camera1")["waiting_for"] == ["camera2 to register"]
    host.register("camera2")
    assert {host.state("camera1"), host.state("camera2")} == {"up"}
    assert host.entry("camera1")["pid"] == host.entry("camera2")["pid"]
    assert host.entry("camera1")["process_group"] == "cameras"
    host.ask(["camera2", "down"])
    host.advance()
    assert {host.state("camera1"), host.state("camera2")} == {"down"}


def test_reload_adds_keeps_and_retires() -> None:
    host = Host(child("data1"), child("data2"), child("data3", target=Target.DOWN))
    host.advance()
    host.register("data1", "data2")
    kept = host.entry("data1")["pid"]
    host.ask(["data3", "up"])
    host.supervisor.configure([child("data1"), child("data3", target=Target.DOWN), child("data4")])
    host.supervisor.tick()
    assert host.entry("data2")["retired"]
    assert not host.supervisor.settled
    host.advance()
    assert "data2" not in {each["instance_id"] for each in host.supervisor.child_states()}
    assert host.entry("data1")["pid"] == kept
    assert host.entry("data3")["target_state"] == "up", "a known child keeps its target"
    assert host.order.count("data4") == 1


def test_other_options_wait_for_a_restart_but_another_class_does_not() -> None:
    host = Host(child("data1"))
    host.advance()
    host.register("data1")
    before = host.entry("data1")["pid"]
    changed = child("data1")
    object.__setattr__(changed.spec, "environment", {"RATE": "5"})
    host.supervisor.configure([changed])
    host.advance()
    assert host.entry("data1")["restart_required"]
    assert host.entry("data1")["pid"] == before
    host.ask(["data1", "restart"])
    host.advance()
    assert not host.entry("data1")["restart_required"]
    assert host.entry("data1")["pid"] != before
    assert host.entry("data1")["restarts"] == 0


def test_a_stray_must_end_before_its_place_is_taken() -> None:
    host = Host(child("data1"))
    stray = Handle(55, 1.0)
    host.processes.living[stray] = spec("data1+old", "data1", "old")
    host.supervisor.adopt([Stray(child("data1+old", "data1", "old", target=Target.DOWN), stray)])
    host.supervisor.tick()
    new = host.supervisor.child_states()[0]
    assert new["waiting_for"] == ["the end of process 55"]
    host.advance(0.2)
    assert host.order == ["data1"]


def test_the_living_are_adopted_whatever_the_site_file_wants() -> None:
    host = Host(child("data1", target=Target.DOWN), child("data2", target=Target.DOWN))
    living = Handle(66, 1.0)
    host.processes.living[living] = spec("data1")
    host.processes.found["data1"] = living
    host.supervisor.adopt()
    host.register("data1")
    assert (host.state("data1"), host.entry("data1")["pid"]) == ("up", 66)
    assert host.state("data2") == "down"
    assert not host.processes.spawned


def test_says_what_each_child_uses_and_how_it_ended() -> None:
    host = Host(child("data1"))
    host.advance()
    host.register("data1")
    host.advance(2)
    assert (host.entry("data1")["cpu_percent"], host.entry("data1")["rss_bytes"]) == (1.5, 50_000_000)
    host.processes.end(next(iter(host.processes.living)), 3, "ValueError: no")
    host.advance()
    entry = host.entry("data1")
    assert (entry["last_exit"], entry["last_exit_code"], entry["stderr_tail"]) == (
        "exit code 3",
        3,
        ["ValueError: no"],
    )
    assert (entry["restarts"], entry["failures_in_a_row"]) == (1, 1)
    assert entry["stability"] < 0.5


def test_names_what_was_missed() -> None:
    host = Host(child("data1"), child("data2", problem="no such class"))
    host.advance()
    requests = read_requests([["all", "up"]], host.supervisor.problems)
    assert host.supervisor.missed(requests) == ["data1 is 'wait_start'"]
    host.register("data1")
    assert host.supervisor.missed(requests) == []
    assert host.state("data2") == "?"


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([["dat1", "up"]], "invalid target 'dat1', did you mean 'data1'?; the children are: data1, data2"),
        ([["data1", "upp"]], "invalid state 'upp' for 'data1', did you mean 'up'?; use up, down, restart"),
        ([["all", "sideways"]], "invalid state 'sideways' for 'all'"),
        (["data1"], "'data1' is not a pair of an instance-id (or 'all') and a state"),
        ([["data2", "up"]], "data2 cannot be started: no such class"),
        ([[3, None]], "invalid target 3"),
        (
            [["data1", "up"], ["x", "up"], ["data1", "y"]],
            "invalid target 'x'; the children are: data1, data2; invalid",
        ),
    ],
)
def test_faulty_requests_are_named_all_at_once(pairs: list[Any], text: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_requests(pairs, {"data1": None, "data2": "no such class"})
    assert text in str(caught.value)
    assert str(caught.value).startswith("Nothing was changed: ")


names = st.sampled_from("abcde")


@given(st.dictionaries(names, st.lists(names)))
def test_every_cycle_is_found_and_shown(graph: dict[str, list[str]]) -> None:
    reach = {name: set(after) for name, after in graph.items()}
    for _ in graph:
        reach = {name: far.union(*(reach.get(each, set()) for each in far)) for name, far in reach.items()}
    cycles = find_cycles(graph)
    assert set(cycles) == {name for name, far in reach.items() if name in far}
    for name, way in cycles.items():
        assert way[0] == way[-1] == name
        assert all(after in graph[before] for before, after in itertools.pairwise(way))
