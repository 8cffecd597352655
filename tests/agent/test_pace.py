"""A steady rate that does not drift, and what is said of it."""

from __future__ import annotations

import pytest

from ocs_sim.agent import Agent, Run
from ocs_sim.testing import AgentHarness, ManualClock


class Paced(Agent):
    def __init__(self, context):
        super().__init__(context)
        self.ticks = []
        self.work_seconds = 0.0
        self.register_process("thread", self.thread)
        self.register_process("loop", self.loop)

    def thread(self, run: Run, period: float = 1.0) -> None:
        for tick in run.every(period):
            self.ticks.append((tick, self.context.clock.monotonic()))
            run.wait(self.work_seconds)

    async def loop(self, run: Run, period: float = 1.0) -> None:
        async for tick in run.every(period):
            self.ticks.append((tick, self.context.clock.monotonic()))
            await run.wait_async(self.work_seconds)


@pytest.fixture(params=["thread", "loop"])
def paced(request):
    with AgentHarness(Paced, clock=ManualClock()) as harness:
        harness.operation = request.param
        yield harness


def test_ticks_keep_their_grid_however_long_the_work_takes(paced):
    paced.agent.work_seconds = 0.75
    paced.start(paced.operation)
    paced.advance(5.0)
    assert paced.agent.ticks == [(tick, float(tick)) for tick in range(6)]
    pace = paced.status(paced.operation).session["pace"]
    assert pace == {
        "period_seconds": 1.0,
        "ticks": 6,
        "missed": 0,
        "late_mean_seconds": 0.0,
        "late_max_seconds": 0.0,
    }


def test_ticks_that_were_missed_are_counted_and_skipped(paced):
    paced.agent.work_seconds = 2.5
    paced.start(paced.operation)
    paced.advance(6.0)
    assert paced.agent.ticks == [(0, 0.0), (2, 2.5), (5, 5.0)]
    pace = paced.status(paced.operation).session["pace"]
    assert (pace["ticks"], pace["missed"]) == (3, 3)
    assert pace["late_max_seconds"] == 2.0


def test_a_stop_ends_the_iteration_at_once(paced):
    paced.start(paced.operation, period=1000.0)
    paced.advance(1.0)
    paced.stop(paced.operation)
    assert paced.wait(paced.operation).session["success"]
    assert paced.clock.monotonic() == 1.0


@pytest.mark.parametrize("period", [0.0, -1.0])
def test_a_period_that_makes_no_sense_fails_the_run(paced, period):
    session = paced.run(paced.operation, period=period).session
    assert "the period must be above 0 s" in session["messages"][-2][1]
