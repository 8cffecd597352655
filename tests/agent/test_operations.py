"""How operations run, what they may return, and how they end."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ocs_sim.agent import Agent, BadDeclaration, DeviceLock, Run, process, task
from ocs_sim.testing import AgentHarness
from tests.agent.example import Example


@pytest.mark.parametrize(
    ("what", "success", "text"),
    [
        ("none", True, None),
        ("text", True, "a text"),
        ("pair", True, "well"),
        ("failed", False, "badly"),
        ("truthy", True, "one"),
        ("number", False, "CRASH: the operation returned 10, neither None nor a text nor (success, text)"),
        ("bool", False, "CRASH: the operation returned True, neither None nor a text nor (success, text)"),
        ("texts", False, "CRASH: the operation returned ('a', 'b'), neither None nor a text nor"),
    ],
)
def test_what_an_operation_returns(example, what, success, text):
    session = example.run("returns", what=what).session
    said = [each for _, each in session["messages"]][2:-1]
    assert session["success"] is success
    assert (said == []) if text is None else said[0].startswith(text)


@pytest.mark.parametrize(
    ("operation", "params", "text"),
    [
        ("raises", {"what": "failed"}, "The shutter is stuck."),
        ("raises", {"what": "error"}, "CRASH: ValueError: boom (example.py:"),
        ("broken_deferred", {}, "CRASH: KeyError: 'lost'"),
        ("publish", {"value": 3}, "ERROR: Block '?' cannot be published: the message is int, not a dict"),
    ],
)
def test_what_an_operation_raises(example, operation, params, text):
    session = example.run(operation, **params).session
    assert session["success"] is False
    assert session["messages"][-2][1].startswith(text)


def test_a_crash_is_logged_with_its_traceback(example, caplog):
    example.run("raises", what="error")
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert record.exc_info[1].args == ("boom",)


def test_plain_functions_run_in_a_named_thread_and_the_others_in_the_loop():
    class Where(Agent):
        @task()
        def plain(self, run: Run) -> str:
            return threading.current_thread().name

        @task()
        async def coroutine(self, run: Run) -> str:
            return threading.current_thread().name

        @task(blocking=False)
        def in_loop(self, run: Run) -> str:
            return threading.current_thread().name

    with AgentHarness(Where, instance_id="w") as harness:
        names = [harness.run(name).session["messages"][-2][1] for name in ("plain", "coroutine", "in_loop")]
        infos = {name: info["blocking"] for name, _, info in harness.ask("get_tasks")}
    assert names == ["w:plain:0", "local-bus", "local-bus"]
    assert infos == {"plain": True, "coroutine": False, "in_loop": False}


def test_inline_callbacks_are_awaited(example):
    session = example.run("deferred", value=7).session
    assert session["data"] == {"got": 7}
    assert session["messages"][-2][1] == "got 7"


def test_any_number_of_blocking_runs_go_on_at_once():
    class Many(Agent):
        def __init__(self, context: Any) -> None:
            super().__init__(context)
            self.barrier = threading.Barrier(30)
            for number in range(30):
                self.register_task(f"op{number}", self.meet)

        def meet(self, run: Run) -> None:
            self.barrier.wait(20)

    with AgentHarness(Many) as harness:
        for number in range(30):
            harness.start(f"op{number}")
        assert all(harness.wait(f"op{number}").session["success"] for number in range(30))


def test_one_by_one_registration(example):
    assert example.run("simple", times=1).session["messages"][-2][1] == "plain "
    assert {"plain", "simple"} <= {name for name, _, _ in example.ask("get_tasks")}


def test_a_run_that_is_ended_before_it_began_never_begins():
    class Slow(Agent):
        @task(blocking=False)
        def begin(self, run: Run) -> None:
            raise AssertionError("it began")

    with AgentHarness(Slow) as harness:

        async def both() -> Any:
            dispatcher = harness.service.dispatcher
            await dispatcher.ops("start", "begin")
            return await dispatcher.ops("abort", "begin")

        reply = harness.bus.run(both())
        assert reply[2]["status"] == "stopping"
        ended = harness.wait("begin").session
    assert [text for _, text in ended["messages"]] == [
        'Status is now "starting".',
        'Status is now "stopping".',
        "Aborted.",
        'Status is now "done".',
    ]


def test_sessions_that_hold_what_cannot_be_sent_are_sent_with_one_warning_each(example):
    example.run("infinite")
    for _ in range(3):
        session = example.status("infinite").session
    assert session["data"] == {"value": None, "when": [None, 1.0]}
    warnings = [text for _, text in session["messages"] if text.startswith("WARNING")]
    assert warnings == ["WARNING: data.value: inf sent as null", "WARNING: data.when[0]: nan sent as null"]


def test_progress_degradation_and_messages_are_in_the_session():
    class Talker(Agent):
        @process()
        def talk(self, run: Run) -> None:
            run.progress(stage="slewing", fraction=0.25, target=12.5, unit="deg", seconds_left=30.0)
            run.message("on my way")
            run.degraded("no encoder")
            run.wait(1e6)
            run.recovered()

    with AgentHarness(Talker) as harness:
        harness.start("talk")
        harness.until(lambda: harness.status("talk").session["degraded"])
        session = harness.status("talk").session
        assert session["op_code"] == 8
        assert (session["degraded_reason"], session["degraded_since"] > 0) == ("no encoder", True)
        assert session["progress"] == {
            "stage": "slewing",
            "fraction": 0.25,
            "target": 12.5,
            "unit": "deg",
            "seconds_left": 30.0,
            "waiting_for": None,
        }
        assert "on my way" in [text for _, text in session["messages"]]
        harness.stop("talk")
        assert harness.wait("talk").session["degraded"] is False


def test_startup_operations_run_once_on_the_first_join_or_at_boot():
    class Starter(Agent):
        @process(startup={"name": "x"})
        async def joined(self, run: Run, name: str) -> None:
            run.data["name"] = name
            await run.wait_async(1e6)

        @task(startup=True, startup_when="boot")
        async def boot(self, run: Run) -> None:
            run.data["joined"] = self.context.link.joined

        @task(startup={"wrong": 1})
        def refused(self, run: Run) -> None:
            """Its startup parameters do not fit."""

    with AgentHarness(Starter) as harness:
        assert harness.wait("boot").session["data"]["joined"] is False
        harness.until(lambda: harness.status("joined").session["data"] == {"name": "x"})
        assert harness.status("refused").message == "No session active."
        harness.bus.set_up(up=False)
        harness.bus.set_up(up=True)
        assert harness.status("joined").session["session_id"] == 1


def test_a_lock_in_the_declaration_is_held_for_the_whole_run(example):
    example.start("locked", seconds=2.0)
    example.advance(1.0)
    assert example.ask()["locks"] == [{"name": "camera", "owner": "locked[0]", "queue": []}]
    example.start("locked_async", seconds=1.0, patience=10.0)
    example.advance(0.5)
    assert example.status("locked_async").session["progress"]["waiting_for"] == "camera held by locked[0]"
    assert example.ask()["locks"][0]["queue"] == ["locked_async[1]"]
    example.advance(3.0)
    assert example.wait("locked").session["success"]
    assert example.wait("locked_async").session["success"]
    assert example.ask()["locks"][0]["owner"] is None


def no_run() -> None: ...


def untyped(run: Run, value) -> None: ...


def positional(run: Run, value: int, /) -> None: ...


def splat(run: Run, *values: int) -> None: ...


def unreadable(run: Run, value: Nowhere) -> None: ...  # noqa: F821


async def coroutine(run: Run) -> None: ...


@pytest.mark.parametrize(
    ("name", "function", "fields", "fault"),
    [
        ("op", no_run, {}, "it must take the run as its first parameter"),
        ("op", untyped, {}, "parameter value needs a name and a type hint"),
        ("op", positional, {}, "needs a name and a type hint"),
        ("op", splat, {}, "needs a name and a type hint"),
        ("op", unreadable, {}, "its type hints cannot be read"),
        ("op", coroutine, {"blocking": True}, "a coroutine cannot be blocking"),
        ("a.b", coroutine, {}, "cannot name a operation"),
        ("expose", coroutine, {}, "there is an operation called 'expose' already"),
        ("op", coroutine, {"aliases": ["watch"]}, "there is an operation called 'watch' already"),
        ("op", coroutine, {"colour": 3}, "unexpected keyword argument 'colour'"),
    ],
)
def test_declarations_that_cannot_work_are_refused(example, name, function, fields, fault):
    with pytest.raises(BadDeclaration) as refused:
        example.agent.register_task(name, function, **fields)
    assert fault in str(refused.value)


def test_a_lock_that_is_not_there_keeps_the_agent_from_starting():
    class Unlocked(Agent):
        @task(lock="camera")
        def op(self, run: Run) -> None: ...

    with pytest.raises(BadDeclaration, match="holds no DeviceLock"), AgentHarness(Unlocked):
        pass


def test_a_subclass_may_replace_or_drop_an_operation():
    class Quiet(Example):
        returns = None

        @task()
        def expose(self, run: Run) -> str:
            return "not now"

    with AgentHarness(Quiet) as harness:
        assert harness.run("expose").session["messages"][-2][1] == "not now"
        assert harness.start("returns").message == 'No task or process called "returns"'


def test_agents_of_one_class_share_nothing():
    with AgentHarness(Example, instance_id="a") as a, AgentHarness(Example, instance_id="b") as b:
        a.run("returns", what="text")
        assert b.status("returns").message == "No session active."
        assert a.agent.temps is not b.agent.temps
        assert isinstance(a.agent.device, DeviceLock)


def test_a_thread_that_never_ends_is_abandoned_at_shutdown(caplog):
    release = threading.Event()

    class Stuck(Agent):
        shutdown_seconds = 0.05

        @task()
        def stick(self, run: Run) -> None:
            release.wait(30)

        @process()
        def heed(self, run: Run) -> str:
            run.wait(1e6)
            return f"because of {run.cancel_reason}"

    with AgentHarness(Stuck) as harness:
        harness.start("stick")
        harness.start("heed")
        operations = harness.agent.operations
    release.set()
    stuck, heeded = operations.get("stick").session.encode(), operations.get("heed").session.encode()
    assert stuck["messages"][-2][1] == "Did not end within 0.1 s of the agent's shutdown."
    assert heeded["messages"][-2][1] == "because of shutdown"
    assert "did not end and is abandoned: stick" in caplog.text
