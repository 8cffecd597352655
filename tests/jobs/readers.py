"""Readers in many threads."""

import threading

from tests.jobs.making import SITE

THREADS = 10


def read_all(stores, take):
    """Let ten threads of each store take jobs until two looks in a row find none; return what each got."""
    got = [[] for _ in range(len(stores) * THREADS)]
    start = threading.Barrier(len(got))
    faults = []

    def read(own, jobs):
        start.wait(60)
        idle = 0
        try:
            while idle < 2:
                taken = [job.ulid for job in take(jobs)]
                own += taken
                idle = 0 if taken else idle + 1
        except Exception as fault:
            faults.append(fault)

    threads = [
        threading.Thread(target=read, args=(own, stores[i % len(stores)])) for i, own in enumerate(got)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return got


def deliver(jobs):
    return jobs.deliver(SITE)


def deliver_alternate(jobs):
    return jobs.deliver(SITE, alternate=True)


def claim(jobs):
    return jobs.claim(SITE, f"t{threading.get_ident()}", limit=5, lease_seconds=600)
