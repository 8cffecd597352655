"""Barebones: it counts, and it prints."""

from __future__ import annotations

import pytest
from ocs_sim.agents.barebones import Barebones

from ocs_sim.testing import AgentHarness, ManualClock

BEGIN = 1_700_000_000.0


@pytest.fixture
def bare():
    with AgentHarness(Barebones, clock=ManualClock()) as harness:
        yield harness


def test_it_counts_by_itself_and_publishes(bare):
    bare.advance(3.5)
    assert bare.status("count").session["data"] == {"value": 4, "timestamp": BEGIN + 3.0}
    bare.stop("count")
    ended = bare.wait("count").session
    assert (ended["success"], ended["messages"][-2][1]) == (True, "Acquisition exited cleanly.")
    blocks = bare.blocks("feed_name")
    assert {block.name for block in blocks} == {"count"}
    assert [value for block in blocks for value in block.data["value"]] == [1, 2, 3, 4]
    assert [time for block in blocks for time in block.timestamps] == [BEGIN + second for second in range(4)]


def test_it_prints_while_it_counts(bare, caplog):
    caplog.set_level("INFO")
    bare.advance(1.5)
    reply = bare.run("print", text="hello there")
    assert reply.session["success"] is True
    assert reply.session["data"] == {"text": "hello there", "last_updated": BEGIN + 1.5}
    assert reply.session["messages"][-2][1] == "Printed text to logs"
    assert "hello there" in [record.getMessage() for record in caplog.records]
    assert bare.run("print").session["data"]["text"] == "hello world"


def test_a_text_must_be_a_text(bare):
    assert bare.start("print", text=3).message == "Param 'text'=3 is not of required type (<class 'str'>)"


def test_idle_means_idle():
    with AgentHarness(Barebones, arguments=["--mode", "idle"], clock=ManualClock()) as bare:
        bare.advance(2.0)
        assert bare.status("count").message == "No session active."
        bare.run("count", test_mode=True)
        assert bare.status("count").session["data"]["value"] == 1
