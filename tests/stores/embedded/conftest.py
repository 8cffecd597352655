"""Stores in a directory of the test's own, with a clock that it turns."""

import pytest

from ocs_sim.stores import StoreAddresses, open_stores
from tests.stores.clocks import HandClock


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def addresses(tmp_path):
    return StoreAddresses(tmp_path / "stores")


@pytest.fixture
def stores(addresses, clock):
    with open_stores(addresses, clock) as opened:
        yield opened
