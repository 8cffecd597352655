"""When it is worth looking for jobs in a store that is here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ocs_sim.agents._jobs._source import StoreSource

from ocs_sim.jobs import JobRequest, JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import ManualClock

WISH = JobRequest("mini", "camera", "camera1", "expose", required_params={"time": 1})
LEASE_SECONDS = 60


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def jobs(tmp_path: Path, clock: ManualClock) -> Iterator[JobStore]:
    with open_stores(StoreAddresses(tmp_path), clock) as stores:
        yield JobStore(stores.table(job_table()), clock)


def test_it_looks_at_once_when_a_job_came_and_else_each_second(jobs: JobStore, clock: ManualClock) -> None:
    source = StoreSource(jobs, "mini", "bridge", LEASE_SECONDS, clock)
    assert source.fetch()
    assert not source.fetch()

    jobs.new(WISH)
    assert source.fetch()
    assert not source.fetch()

    clock.advance(1.0)
    assert source.fetch()


def test_a_lease_that_lapsed_is_found_although_nothing_was_changed(
    jobs: JobStore, clock: ManualClock
) -> None:
    jobs.new(WISH)
    source = StoreSource(jobs, "mini", "bridge", LEASE_SECONDS, clock)
    assert jobs.claim("mini", "another", LEASE_SECONDS)
    assert source.fetch()
    assert source.claim(1) == []

    clock.advance(LEASE_SECONDS + 1.0)
    assert source.fetch()
    assert [job.lease.owner for job in source.claim(1) if job.lease] == ["bridge"]


def test_a_store_elsewhere_is_looked_at_each_time(jobs: JobStore) -> None:
    source = StoreSource(jobs, "mini", "bridge", LEASE_SECONDS)
    assert source.fetch()
    assert source.fetch()
