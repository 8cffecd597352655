"""Any sequence of start, stop, abort, wait and status, against a model of what OCS would answer."""

from __future__ import annotations

import queue
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ocs_sim.agent import Agent, OperationFailed, Run, process, task
from ocs_sim.testing import AgentHarness
from ocs_sim.wire import OpCode, ResponseCode
from tests.examples import examples

KINDS = {"job": ("task", "abort"), "watch": ("process", "stop")}
operations = st.sampled_from(list(KINDS))


class Gated(Agent):
    """Runs until the test says how to end; an end that was asked for is noted, not heeded."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        self.gates: dict[str, queue.Queue[bool]] = {name: queue.Queue() for name in KINDS}

    @task()
    def job(self, run: Run, number: int = 1) -> str:
        return self._end("job")

    @process()
    def watch(self, run: Run, number: int = 1) -> str:
        return self._end("watch")

    def _end(self, name: str) -> str:
        if self.gates[name].get(timeout=30):
            return "ended well"
        raise OperationFailed("ended badly")


class Clients(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.harness = AgentHarness(Gated)
        self.harness.__enter__()
        self.status: dict[str, str | None] = dict.fromkeys(KINDS)
        self.success: dict[str, bool | None] = dict.fromkeys(KINDS)
        self.numbers: dict[str, int | None] = dict.fromkeys(KINDS)
        self.started = 0

    def teardown(self) -> None:
        for name in KINDS:
            self.harness.agent.gates[name].put(True)
        self.harness.__exit__()

    @rule(name=operations, params=st.sampled_from([{}, {"number": 5}, {"number": "x"}, {"other": 1}, []]))
    def start(self, name: str, params: Any) -> None:
        reply = self.harness.ops("start", name, params)
        if self.status[name] in ("running", "stopping"):
            assert reply[:2] == (ResponseCode.ERROR, f'Operation "{name}" already in progress.')
            self.check(name, reply.session)
        elif params not in ({}, {"number": 5}):
            assert (reply.code, reply.session) == (ResponseCode.ERROR, {})
        else:
            assert reply[:2] == (ResponseCode.OK, f'Started {KINDS[name][0]} "{name}".')
            assert reply.session["status"] == "starting"
            self.status[name], self.success[name] = "running", None
            self.numbers[name] = self.started
            self.started += 1
            self.harness.until(lambda: self.harness.status(name).session["status"] == "running")

    @rule(name=operations, action=st.sampled_from(["stop", "abort"]))
    def end(self, name: str, action: str) -> None:
        reply = self.harness.ops(action, name)
        kind, own_action = KINDS[name]
        if action != own_action:
            text = f'Cannot "{action}" "{name}" because it is a "{{op_type}}".'
            assert reply == (ResponseCode.ERROR, text, {})
        elif self.status[name] == "running":
            assert reply[:2] == (ResponseCode.OK, f'Requested {action} on {kind} {name}".')
            self.status[name] = "stopping"
            self.check(name, reply.session)
        else:
            already = f"The operation is already {self.status[name]}"
            text = "No session active." if self.status[name] is None else already
            assert reply == (ResponseCode.ERROR, text, {})

    @rule(name=operations, well=st.booleans())
    def finish(self, name: str, well: bool) -> None:
        if self.status[name] in ("running", "stopping"):
            self.harness.agent.gates[name].put(well)
            self.status[name], self.success[name] = "done", well
            self.check(name, self.harness.wait(name).session)

    @rule(name=operations, timeout=st.sampled_from([0, -1, 0.001]))
    def wait(self, name: str, timeout: float) -> None:
        reply = self.harness.wait(name, timeout)
        if self.status[name] is None:
            assert reply == (ResponseCode.OK, "Idle.", {})
        elif self.status[name] == "done":
            how = "SUCCEEDED" if self.success[name] else "FAILED"
            assert reply[:2] == (ResponseCode.OK, f'Operation "{name}" is currently not running ({how}).')
            self.check(name, reply.session)
        else:
            assert reply[:2] == (ResponseCode.TIMEOUT, f'Operation "{name}" still running; wait timed out.')
            self.check(name, reply.session)

    @invariant()
    def every_status_is_as_the_model_has_it(self) -> None:
        for name in KINDS:
            reply = self.harness.status(name)
            assert reply.code is ResponseCode.OK
            if self.status[name] is None:
                assert reply[1:] == ("No session active.", {})
            else:
                assert reply.message == "Session active."
                self.check(name, reply.session)

    def check(self, name: str, session: Any) -> None:
        ended = OpCode.SUCCEEDED if self.success[name] else OpCode.FAILED
        codes = {"running": OpCode.RUNNING, "stopping": OpCode.STOPPING, "done": ended}
        assert session["session_id"] == self.numbers[name]
        assert session["status"] == self.status[name]
        assert session["success"] == self.success[name]
        assert session["op_code"] == codes[str(self.status[name])]
        assert (session["end_time"] is None) == (self.status[name] != "done")


Clients.TestCase.settings = settings(
    max_examples=examples(20),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestClients = Clients.TestCase
