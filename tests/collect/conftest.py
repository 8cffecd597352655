"""Collecting, in less time."""

import pytest


@pytest.fixture(autouse=True)
def _turn_often(monkeypatch):
    """Have collectors look for what is to do ten times as often."""
    monkeypatch.setattr("ocs_sim.collect._collector._POLL_SECONDS", 0.01)
