"""Many readers at once: every job is handed out, and to one of them only."""

import contextlib
from collections import Counter

import pytest

from ocs_sim.jobs import JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.jobs.making import SetClock, request
from tests.jobs.readers import claim, deliver, deliver_alternate, read_all
from tests.memory import directory_in_memory


@pytest.mark.slow
@pytest.mark.parametrize(("take", "number"), [(deliver, 5_000), (deliver_alternate, 500), (claim, 1_000)])
def test_two_readers_of_ten_threads_get_every_job_once(take, number):
    clock = SetClock()
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(directory_in_memory())
        # As two processes have them: nothing is shared but the file.
        opened = [stack.enter_context(open_stores(StoreAddresses(directory), clock)) for _ in range(2)]
        stores = [JobStore(each.table(job_table()), clock) for each in opened]
        sent = [stores[0].new(request()).ulid for _ in range(number)]
        got = read_all(stores, take)
        assert Counter(ulid for own in got for ulid in own) == Counter(sent)
        assert all(own == sorted(own) for own in got)
