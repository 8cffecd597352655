"""The example agent, in time that stands still."""

import pytest

from ocs_sim.testing import AgentHarness, ManualClock
from tests.agent.example import Example


@pytest.fixture
def example():
    with AgentHarness(Example, clock=ManualClock()) as harness:
        yield harness
        harness.agent.released = True
