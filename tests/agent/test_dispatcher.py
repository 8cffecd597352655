"""The answers of `.ops`: the very words of OCS 0.12.1."""

import pytest

from ocs_sim.testing import AgentHarness, ManualClock
from ocs_sim.wire import ResponseCode
from tests.agent.example import Example

OK, ERROR, TIMEOUT = ResponseCode.OK, ResponseCode.ERROR, ResponseCode.TIMEOUT
SESSION_KEYS = [
    "session_id",
    "op_name",
    "op_code",
    "cred_level",
    "status",
    "degraded",
    "success",
    "start_time",
    "end_time",
    "data",
    "messages",
]


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        (("start", "nope"), ERROR, 'No task or process called "nope"'),
        (("status", "nope"), ERROR, 'No task or process called "nope"'),
        (("wait", "nope"), ERROR, 'Unknown operation "nope".'),
        (("stop", "nope"), ERROR, 'No operation called "nope".'),
        (("abort", "nope"), ERROR, 'No operation called "nope".'),
        (("stop", "expose"), ERROR, 'Cannot "stop" "expose" because it is a "{op_type}".'),
        (("abort", "watch"), ERROR, 'Cannot "abort" "watch" because it is a "{op_type}".'),
        (("stop", "watch"), ERROR, "No session active."),
        (("abort", "expose"), ERROR, "No session active."),
        (("status", "expose"), OK, "No session active."),
        (("wait", "expose"), OK, "Idle."),
        (("wait", "expose", {}, 0), OK, "Idle."),
        (("pause", "expose"), ERROR, 'No implementation for "expose"'),
        (("status", "watch", []), OK, "No session active."),
        (("wait", "watch", {"test_mode": True}), OK, "Idle."),
        (
            ("start", "watch", []),
            ERROR,
            "CRASH: during param pre-processing: 'list' object has no attribute 'get'",
        ),
        (("start", "expose", None), ERROR, "Param 'seconds' is required and must not be None"),
    ],
)
def test_answers_before_any_run_come_without_a_session(example, call, code, message):
    assert example.ops(*call) == (code, message, {})


def test_a_task_from_start_to_done(example):
    started = example.start("expose", seconds=3)
    assert (started.code, started.message) == (OK, 'Started task "expose".')
    assert started.session["status"] == "starting"
    assert [text for _, text in started.session["messages"]] == ['Status is now "starting".']
    example.advance(1.0)
    running = example.status("expose")
    assert (running.code, running.message, running.session["status"]) == (OK, "Session active.", "running")
    again = example.start("expose", seconds=3)
    assert (again.code, again.message) == (ERROR, 'Operation "expose" already in progress.')
    assert again.session["session_id"] == 0
    for timeout in (0, -1, -0.5):
        late = example.wait("expose", timeout)
        assert (late.code, late.message) == (TIMEOUT, 'Operation "expose" still running; wait timed out.')
        assert late.session["status"] == "running"
    example.advance(2.0)
    ended = example.wait("expose")
    assert (ended.code, ended.message) == (OK, 'Operation "expose" is currently not running (SUCCEEDED).')
    assert ended.session["end_time"] - ended.session["start_time"] == 3.0
    assert [text for _, text in ended.session["messages"]] == [
        'Status is now "starting".',
        'Status is now "running".',
        "Exposed.",
        'Status is now "done".',
    ]
    assert example.status("expose").message == "Session active."
    refused = example.abort("expose")
    assert (refused.code, refused.message, refused.session) == (ERROR, "The operation is already done", {})


def test_a_process_is_stopped(example):
    example.start("watch")
    example.advance(2.0)
    stopped = example.stop("watch")
    assert (stopped.code, stopped.message) == (OK, 'Requested stop on process watch".')
    assert stopped.session["status"] == "stopping"
    assert stopped.session["op_code"] == 4
    assert example.wait("watch").message == 'Operation "watch" is currently not running (SUCCEEDED).'


def test_an_abort_reaches_a_sleeping_task(example):
    example.start("expose", seconds=100)
    example.advance(1.0)
    assert example.abort("expose").message == 'Requested abort on task expose".'
    ended = example.wait("expose")
    assert ended.message == 'Operation "expose" is currently not running (FAILED).'
    assert ended.session["cancel_reason"] == "abort"
    assert [text for _, text in ended.session["messages"]][-2:-1] == ["Aborted."]


def test_what_cannot_be_aborted_says_so_and_goes_on(example):
    example.start("stubborn")
    example.until(lambda: example.status("stubborn").session["status"] == "running")
    for _ in range(2):
        reply = example.abort("stubborn")
        assert (reply.code, reply.message) == (OK, 'Requested abort on task stubborn".')
        assert reply.session["status"] == "running"
    example.agent.released = True
    assert example.wait("stubborn").session["success"] is True


def test_a_second_abort_is_refused_while_the_first_is_heeded(example):
    example.start("slow_to_end")
    example.until(lambda: example.status("slow_to_end").session["status"] == "running")
    assert example.abort("slow_to_end").session["status"] == "stopping"
    refused = example.abort("slow_to_end")
    assert refused == (ERROR, "The operation is already stopping", {})
    assert example.start("slow_to_end").message == 'Operation "slow_to_end" already in progress.'
    example.agent.released = True
    assert example.wait("slow_to_end").session["success"] is True


def test_a_start_that_is_refused_keeps_the_previous_run(example):
    example.run("returns", what="text")
    assert example.start("returns", what=3).code is ERROR
    kept = example.status("returns")
    assert kept.message == "Session active."
    assert kept.session["messages"][-2][1] == "a text"


def test_session_keys_come_in_the_order_of_ocs_then_ours(example):
    session = example.run("returns", what="none").session
    assert list(session)[: len(SESSION_KEYS)] == SESSION_KEYS
    assert set(session) - set(SESSION_KEYS) == {
        "params",
        "progress",
        "degraded_reason",
        "degraded_since",
        "cancel_reason",
        "pace",
    }


def test_runs_are_counted_over_all_operations(example):
    numbers = [example.run("returns", what="none").session["session_id"] for _ in range(2)]
    numbers.append(example.run("in_loop").session["session_id"])
    assert numbers == [0, 1, 2]


def test_aliases_share_one_run(example):
    started = example.start("monitor")
    assert started.message == 'Started process "monitor".'
    assert started.session["op_name"] == "monitor"
    assert example.start("watch").message == 'Operation "watch" already in progress.'
    assert example.status("watch").session["session_id"] == started.session["session_id"]
    example.advance(1.0)
    assert example.published("heartbeat")[-1].message["watch"] == 3
    assert example.published("heartbeat")[-1].message["monitor"] == 3
    assert example.stop("watch").code is OK
    assert example.wait("monitor").session["op_name"] == "monitor"


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        (("start",), {}, "missing 1 required positional argument: 'op_name'"),
        (("start", "expose"), {"colour": 1}, "got an unexpected keyword argument 'colour'"),
        (("start", "expose", {}, 1, "", 2), {}, "takes from 3 to 6 positional arguments but 7 were given"),
    ],
)
def test_a_call_of_the_wrong_shape_is_a_type_error(example, args, kwargs, text):
    with pytest.raises(TypeError, match=text.replace("(", "\\(")):
        example.ops(*args, **kwargs)


def test_a_password_is_taken(example):
    assert example.ops("start", "returns", {"what": "none"}, password="secret").code is OK


def test_several_clients_can_wait_at_once(example):
    import threading

    example.start("expose", seconds=5)
    replies = []
    waiting = [
        threading.Thread(target=lambda: replies.append(example.wait("expose", None))) for _ in range(4)
    ]
    for each in waiting:
        each.start()
    example.advance(5.0)
    for each in waiting:
        each.join(10)
    assert [reply.session["success"] for reply in replies] == [True] * 4


def test_a_wait_ends_when_its_time_is_up():
    import threading

    clock = ManualClock()
    with AgentHarness(Example, clock=clock) as example:
        example.start("expose", seconds=50)
        replies = []
        waiting = threading.Thread(target=lambda: replies.append(example.wait("expose", 2.0)))
        waiting.start()
        example.until(lambda: (clock.advance(0.5), bool(replies))[1])
        waiting.join(10)
        assert replies[0].code is TIMEOUT
        assert 2.0 <= clock.monotonic() < 50.0
