"""The record of a run: its states, its messages, and that it can always be sent."""

from __future__ import annotations

import itertools
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.agent._messages import MessageLog
from ocs_sim.agent._session import RunIdentity, Session
from ocs_sim.agent._token import CancelReason
from ocs_sim.testing import ManualClock

LOG = logging.LoggerAdapter(logging.getLogger("test"), {})


def make(params=None) -> Session:
    return Session(RunIdentity(0, "op", "task", 1, params or {}), ManualClock(), LOG)


STEPS = {
    "begin": lambda session: session.begin(),
    "cancel": lambda session: session.cancel(CancelReason.STOP),
    "finish": lambda session: session.finish(success=True, text=None),
}
ORDER = ["starting", "running", "stopping", "done"]


@pytest.mark.parametrize("steps", list(itertools.product(STEPS, repeat=4)), ids="-".join)
def test_the_status_only_moves_forward_and_each_is_said_once(steps):
    session = make()
    seen = ["starting"]
    for step in steps:
        STEPS[step](session)
        if session.status.value != seen[-1]:
            seen.append(session.status.value)
    assert seen == sorted(seen, key=ORDER.index)
    said = [text for _, text in session.encode()["messages"]]
    assert said == [f'Status is now "{status}".' for status in seen]
    assert session.done.is_set == (seen[-1] == "done")
    assert session.token.requested == ("cancel" in steps)


def test_a_run_that_was_told_to_end_does_not_begin():
    session = make()
    session.cancel(CancelReason.ABORT)
    session.cancel(CancelReason.SHUTDOWN)
    assert session.begin() is False
    assert session.token.reason == "abort"


def test_the_first_end_counts():
    session = make()
    session.finish(success=False, text="first")
    session.finish(success=True, text="second")
    assert session.success is False
    assert "second" not in str(session.encode()["messages"])


anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just(object())
    ),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner)
    ),
    max_leaves=10,
)


@given(anything, anything)
def test_a_session_can_always_be_sent(data, target):
    session = make({"given": data})
    session.data = data
    session.report(target=target)
    json.dumps(session.encode(), allow_nan=False)


def test_warnings_do_not_flood_a_session():
    session = make()
    for number in range(100):
        session.data = {f"field{number}": float("inf")}
        session.encode()
    warnings = [text for _, text in session.encode()["messages"] if text.startswith("WARNING")]
    assert len(warnings) == 21
    assert warnings[-1] == "WARNING: and more such values"


def test_degraded_keeps_since_when_and_says_each_change_once():
    session = make()
    session.begin()
    for reason in ("no link", "no link", "no power", None, None):
        session.timer.advance(1.0)
        session.set_degraded(reason)
    said = [text for _, text in session.encode()["messages"]][2:]
    assert said == ["Degraded: no link", "Degraded: no power", "Recovered."]
    session.set_degraded("again")
    assert session.encode()["degraded_since"] == session.timer.time()


@given(st.lists(st.floats(0, 4000), max_size=30), st.integers(0, 40))
def test_old_messages_go_but_never_the_last_five(gaps, extra):
    now, times = 0.0, []
    log = MessageLog(now)
    for gap in [*gaps, *[0.5] * extra]:
        now += gap
        times.append(now)
        log.add(now, "text")
    now += 100_000
    kept = [moment for moment, _ in log.encode(now)]
    assert kept == times[-min(5, len(times)) :] if times else kept == []


def test_messages_of_the_last_hour_stay_and_no_more_than_ten_thousand():
    log = MessageLog(0.0)
    for number in range(10_500):
        log.add(number * 0.1, str(number))
    entries = log.encode(1800.0)
    assert len(entries) == 10_000
    assert entries[0][1] == "500"
