"""Claim the jobs of a directory one by one, and do them: prints what it has begun, and what is done."""

import sys
from pathlib import Path

from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.jobs.making import SITE


def main(directory: str, owner: str) -> None:
    with open_stores(StoreAddresses(Path(directory))) as stores:
        jobs = JobStore(stores.table(job_table()), SystemClock())
        while claimed := jobs.claim(SITE, owner, lease_seconds=60, limit=3):
            for job in claimed:
                jobs.update(SITE, job.ulid, "STARTED", owner=owner)
                print("began", job.ulid, flush=True)
                jobs.update(SITE, job.ulid, "COMPLETE", owner=owner)
                print("did", job.ulid, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
