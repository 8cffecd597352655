"""Many readers at once: every job is handed out, and to one of them only."""

import contextlib
import threading
from collections import Counter

import pytest

from ocs_sim.jobs import JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.jobs.making import SITE, SetClock, request

READERS = 2
THREADS = 10
JOBS = 5_000


def read_all(stores, take):
    """Let each thread of each reader (a store of its own) take jobs until two looks in a row find none."""
    start = threading.Barrier(len(stores) * THREADS)
    got = [[] for _ in range(len(stores) * THREADS)]
    faults = []

    def read(own, jobs):
        start.wait(60)
        idle = 0
        try:
            while idle < 2:
                taken = take(jobs)
                own += [job.ulid for job in taken]
                idle = 0 if taken else idle + 1
        except Exception as fault:
            faults.append(fault)
            raise

    threads = [
        threading.Thread(target=read, args=(own, stores[i % len(stores)])) for i, own in enumerate(got)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return got


def opened(stack, directory, clock):
    stores = stack.enter_context(open_stores(StoreAddresses(directory), clock))
    return JobStore(stores.table(job_table()), clock)


@pytest.mark.slow
@pytest.mark.parametrize(
    "take",
    [
        pytest.param(lambda jobs: jobs.deliver(SITE), id="getnewjobs"),
        pytest.param(lambda jobs: jobs.deliver(SITE, alternate=True), id="alternate"),
        pytest.param(
            lambda jobs: jobs.claim(SITE, f"t{threading.get_ident()}", limit=5, lease_seconds=600), id="claim"
        ),
    ],
)
def test_two_readers_of_ten_threads_get_every_job_once(tmp_path, take):
    clock = SetClock()
    with contextlib.ExitStack() as stack:
        stores = [opened(stack, tmp_path / "stores", clock) for _ in range(READERS)]
        sent = [stores[0].new(request()).ulid for _ in range(JOBS)]
        got = read_all(stores, take)
        assert Counter(ulid for own in got for ulid in own) == Counter(sent)
        assert all(own == sorted(own) for own in got)
