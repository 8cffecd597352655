"""OCS's own aggregator takes our blocks, extra keys and all, and leaves those that only we understand."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ocs_sim.agent import Agent, Feed
from ocs_sim.testing import AgentHarness, ManualClock

PROGRAM = Path(__file__).with_name("ocs_aggregate.py")


class Both(Agent):
    lists = Feed("lists", record=True)
    packed = Feed("packed", record=True, encoding="packed")


def published():
    with AgentHarness(Both, clock=ManualClock()) as harness:
        for number in range(3):
            times = number + np.arange(2) / 2
            for feed in (harness.agent.lists, harness.agent.packed):
                feed.publish_block("array", {"x": times * 2}, timestamps=times)
                feed.flush()
            data = {"f": [1.5, 2.5], "i": [number, 7], "s": ["a", "b"], "b": [True, False]}
            harness.agent.lists.publish_block("list", data, timestamps=[number, number + 0.5])
            harness.agent.lists.flush()
        harness.bus.flush()
        return [args[0] for topic, args in harness.bus.published if not topic.endswith("heartbeat")]


@pytest.mark.integration
def test_ocs_archives_our_blocks(ocs_python, tmp_path):
    done = subprocess.run(
        [ocs_python, str(PROGRAM), str(tmp_path)],
        input=json.dumps(published(), default=lambda blob: "\0" + blob.hex()),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "observatory.test1.feeds.lists": {
            "x": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
            "f": [1.5, 2.5] * 3,
            "i": [0, 7, 1, 7, 2, 7],
            "s": ["a", "b"] * 3,
            "b": [1, 0] * 3,
        }
    }
