"""Any jobs that came while nobody was there: each ends once, in order; stops are against what is older."""

import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from ocs_sim.testing import wait_until
from tests.agents.jobs_bench import SITE, bench_in
from tests.examples import examples

WORK = {
    "go": ("mount", "go", {"ra": 1, "dec": 1}),
    "expose": ("camera", "expose", {"time": 0}),
    "filter": ("filter_wheel", "set_name", {"filter_name": "R"}),
    "close": ("enclosure", "close", {}),
    "wrong": ("camera", "expose", {}),
}
STOPS = {
    "stop mount": ("mount", "stop", {}),
    "stop camera": ("camera", "stop", {}),
    "stop script": ("sequencer", "run", {"script": "stopScript"}),
    "allstop": ("all", "allstop", {}),
}
AGAINST = {
    "stop mount": {"go"},
    "stop camera": {"expose"},
    "stop script": set(),
    "allstop": {"go", "expose", "filter", "close"},
}
OPERATIONS = {"go": "goto", "expose": "expose", "filter": "set_filter", "close": "close"}
AGENTS = {"mount": ["go"], "camera": ["expose", "filter"], "dome": ["close"]}


@given(st.lists(st.sampled_from([*WORK, *STOPS]), min_size=1, max_size=8))
@settings(
    max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_came_while_nobody_was_there(names):
    with tempfile.TemporaryDirectory() as directory, bench_in(Path(directory)) as bench:
        ulids = [bench.post(*({**WORK, **STOPS}[name])) for name in names]
        with bench.bridge():
            wait_until(lambda: all(bench.job(ulid).has_ended for ulid in ulids), 20.0)
        statuses = [bench.status(ulid) for ulid in ulids]
        assert statuses == [expected(name, names[number + 1 :]) for number, name in enumerate(names)]
        for agent, kinds in AGENTS.items():
            done = [OPERATIONS[name] for name in completed(names, statuses) if name in kinds]
            said = [name for name, _ in bench.agents[agent].said if name != "stop"]
            assert said == done
        assert bench.jobs.held_by(SITE, "jobs") == []


def expected(name, later):
    if name in STOPS:
        return "COMPLETE"
    if name == "wrong":
        return "FAILED"
    return "CANCELED" if any(name in AGAINST.get(each, ()) for each in later) else "COMPLETE"


def completed(names, statuses):
    return [name for name, status in zip(names, statuses, strict=True) if status == "COMPLETE"]
