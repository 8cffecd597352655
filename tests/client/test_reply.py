from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.client import NotSuccessful, Reply, Session
from ocs_sim.client._render import progress_text, reply_html, reply_text
from ocs_sim.wire import OpCode, ResponseCode

DONE = {
    "session_id": 3,
    "op_name": "move",
    "op_code": 6,
    "cred_level": 1,
    "status": "done",
    "degraded": False,
    "success": False,
    "start_time": 1000.0,
    "end_time": 1012.5,
    "data": {"position": 4},
    "messages": [
        [1000.0, 'Status is now "starting".'],
        [1012.0, "The <motor> stalled"],
        [1012.5, 'Status is now "done".'],
    ],
}
RUNNING = {
    **DONE,
    "op_code": 8,
    "status": "running",
    "success": None,
    "end_time": None,
    "degraded": True,
    "degraded_reason": "no encoder",
    "messages": [[1000.0 + number, f"message {number}"] for number in range(12)],
    "progress": {
        "stage": "slewing",
        "fraction": 0.42,
        "target": 180.0,
        "unit": "deg",
        "seconds_left": 90,
        "waiting_for": None,
    },
}


def test_a_reply_is_a_tuple_in_the_order_of_ocs():
    status, msg, session = reply = Reply.decode([0, "Session active.", DONE])

    assert (status, msg, session) == (0, "Session active.", DONE)
    assert reply == (ResponseCode.OK, "Session active.", DONE)
    assert (reply.status, reply.msg, reply.session["data"]) == (0, "Session active.", {"position": 4})


@pytest.mark.parametrize(
    ("raw", "ok"),
    [
        ([0, "", {}], True),
        ([0, "", RUNNING], True),
        ([0, "", DONE], False),
        ([0, "", {**DONE, "success": True}], True),
        ([-1, "no", {}], False),
        ([1, "not yet", RUNNING], False),
    ],
)
def test_ok_tells_whether_all_is_well(raw, ok):
    assert Reply.decode(raw).ok is ok


def test_raise_if_failed_raises_with_the_agents_own_words():
    with pytest.raises(NotSuccessful, match=r"move was not successful: The <motor> stalled"):
        Reply.decode([0, "Operation", DONE]).raise_if_failed()
    with pytest.raises(NotSuccessful, match=r"the request was not successful: Params are bad"):
        Reply.decode([-1, "Params are bad", {}]).raise_if_failed()
    good = Reply.decode([0, "fine", {}])
    assert good.raise_if_failed() is good


def test_a_failed_run_reads_well():
    text = reply_text(Reply.decode([0, "Session active.", DONE]), now=1012.5 + 7200)

    assert text.splitlines() == [
        "Reply: OK : Session active.",
        "  move[session=3]; status=done with ERROR 2.0 h ago, took 12.5 s",
        "  messages (3 of 3):",
        '    00:16:40.0Z Status is now "starting".',
        "    00:16:52.0Z The <motor> stalled",
        '    00:16:52.5Z Status is now "done".',
        "  other keys in .session: data",
    ]


def test_a_run_that_goes_on_shows_its_progress_and_as_many_messages_as_it_says():
    text = reply_text(Reply.decode([0, "Session active.", RUNNING]), now=1003.5)

    assert text.splitlines()[1:6] == [
        "  move[session=3]; status=running for 3.5 s",
        "  degraded: no encoder",
        "  progress: slewing, 42 %, to 180.0 deg, 1.5 min left",
        "  messages (5 of 12):",
        "    00:16:47.0Z message 7",
    ]
    assert text.count("message ") == 5


def test_other_replies_are_short():
    assert repr(Reply.decode([-1, 'No task or process called "x"', {}])) == (
        'Reply: ERROR : No task or process called "x"'
    )
    assert repr(Reply.decode([0, "No session active.", {}])).splitlines() == [
        "Reply: OK : No session active.",
        "  (no session -- op has never run)",
    ]


def test_html_escapes_what_agents_say_and_has_a_bar():
    html = Reply.decode([0, "a < b", RUNNING])._repr_html_()

    assert "a &lt; b" in html
    assert '<progress value="0.420"' in html
    assert "&lt;motor&gt;" in reply_html(Reply.decode([0, "", DONE]))
    assert "<motor>" not in reply_html(Reply.decode([0, "", DONE]))


def test_a_session_has_typed_attributes():
    session = Session(RUNNING)

    assert (session.op_name, session.session_id, session.op_code) == ("move", 3, OpCode.DEGRADED)
    assert (session.status, session.success, session.degraded) == ("running", None, True)
    assert (session.start_time, session.end_time) == (1000.0, None)
    assert session.messages[-1] == (1011.0, "message 11")
    assert session.progress["fraction"] == 0.42
    # What is null on the wire is not told: `progress.get("fraction", 0.0)` means what it says.
    assert Session(progress={"stage": None, "fraction": 0.5}).progress == {"fraction": 0.5}
    assert Session().identity == (None, None)
    assert Session().data == {}
    assert Session().progress == {}


SESSIONS = st.fixed_dictionaries(
    {},
    optional={
        "session_id": st.integers(0) | st.none(),
        "op_name": st.text(),
        "op_code": st.sampled_from(list(OpCode)).map(int),
        "status": st.sampled_from(["starting", "running", "stopping", "done", "no_history"]),
        "success": st.booleans() | st.none(),
        "degraded": st.booleans(),
        "start_time": st.floats(0, 4e9) | st.none(),
        "end_time": st.floats(0, 4e9) | st.none(),
        "messages": st.lists(st.tuples(st.floats(0, 4e9), st.text())),
        "progress": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "stage": st.text() | st.none(),
                "fraction": st.floats(-1, 2) | st.none(),
                "target": st.floats() | st.text() | st.none(),
                "seconds_left": st.floats(-1e6, 1e6) | st.none(),
                "waiting_for": st.text() | st.none(),
            },
        ),
        "anything": st.text(),
    },
)


@given(code=st.sampled_from(list(ResponseCode)), msg=st.text(), session=SESSIONS, now=st.floats(0, 4e9))
def test_whatever_an_agent_says_can_be_shown(code, msg, session, now):
    reply = Reply.decode([int(code), msg, session])

    assert reply_text(reply, now).startswith(f"Reply: {code.name}")
    assert code.name in reply_html(reply, now)
    if session:
        count = len(session.get("messages", ()))
        assert f"messages ({min(count, 5)} of {count}):" in reply_text(reply, now)


def test_progress_says_only_what_is_known():
    assert progress_text({}) == ""
    assert progress_text({"waiting_for": "the dome", "seconds_left": None}) == "waiting for the dome"
