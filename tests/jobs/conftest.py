"""A table of jobs in files, a clock that stands still, and a store of jobs on them."""

import pytest

from ocs_sim.jobs import JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.jobs.making import SetClock


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def table(tmp_path, clock):
    with open_stores(StoreAddresses(tmp_path / "stores"), clock) as stores:
        yield stores.table(job_table())


@pytest.fixture
def jobs(table, clock):
    return JobStore(table, clock)
