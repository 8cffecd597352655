from __future__ import annotations

import pytest

from ocs_sim.bus._pulse import Pulse
from tests.bus.test_machine import HandTurnedLoop


@pytest.fixture
def loop():
    loop = HandTurnedLoop()
    yield loop
    loop.close()


@pytest.fixture
def said():
    return []


@pytest.fixture
def pulse(loop, said):
    made = []
    loop.call_soon(
        lambda: made.append(Pulse(lambda: said.append("asked"), lambda: said.append("gave up"), 5.0))
    )
    loop.settle()
    return made[0]


def test_silence_is_asked_about_once_and_then_enough(loop, pulse, said):
    loop.advance(4.9)
    assert said == []
    loop.advance(0.2)
    assert said == ["asked"]
    loop.advance(9.8)
    assert said == ["asked"]
    loop.advance(0.2)
    assert said == ["asked", "gave up"]
    loop.advance(100)
    assert said == ["asked", "gave up"]


def test_whoever_answers_is_asked_again_each_interval(loop, pulse, said):
    for _ in range(20):
        loop.advance(5.0)
        pulse.heard()

    assert said == ["asked"] * 20


def test_whoever_speaks_is_not_asked(loop, pulse, said):
    """What came since the last beat leaves one silent beat at most, which is the one that asks."""
    for _ in range(20):
        loop.advance(4.0)
        pulse.heard()
    assert "gave up" not in said


def test_a_process_that_was_stopped_does_not_blame_its_peer(loop, pulse, said):
    loop.now += 3600
    loop.settle()
    assert said == ["asked"]

    pulse.heard()
    loop.advance(5.0)
    assert said == ["asked", "asked"]


def test_a_stopped_pulse_is_still(loop, pulse, said):
    pulse.stop()
    loop.advance(100)

    assert said == []


def test_a_question_that_cannot_be_asked_is_not_answered_either(loop):
    said, faults = [], []
    loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))

    def ask():
        raise RuntimeError("closed")

    loop.call_soon(lambda: Pulse(ask, lambda: said.append("gave up"), 5.0))
    loop.advance(15.1)

    assert (said, faults) == (["gave up"], ["closed"])
