"""The agents that come with the package, on a bus of their own, and in less time."""

import pytest

from ocs_sim.testing import LocalBus


@pytest.fixture
def bus():
    """A bus that agents which hear of each other share."""
    with LocalBus() as bus:
        yield bus


@pytest.fixture
def look_often(monkeypatch):
    """Have agents beat, and an Aggregator show how it stands and look for what it misses, more often."""
    monkeypatch.setattr("ocs_sim.agent._service.HEARTBEAT_PERIOD_SECONDS", 0.1)
    monkeypatch.setattr("ocs_sim.agents.aggregator._PERIOD_SECONDS", 0.1)
    monkeypatch.setattr("ocs_sim.collect._source._LOOK_SECONDS", 0.5)
