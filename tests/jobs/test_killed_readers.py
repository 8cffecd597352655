"""Readers who are killed with the jobs that they claimed in their hands."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.jobs.making import SITE, SetClock, request

ROOT = Path(__file__).parents[2]


def run_and_kill(directory, owner, lines):
    """Let a reader work until it has told so much; return which jobs it told to have begun, and done."""
    command = [sys.executable, "-m", "tests.jobs.claimer", str(directory), owner]
    told = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as reader:
        for line in reader.stdout:
            told.append(line)
            if len(told) == lines:
                reader.kill()
    words = [line.split() for line in told if line.endswith("\n")]
    return {ulid for word, ulid in words if word == "began"}, {ulid for word, ulid in words if word == "did"}


@pytest.mark.integration
def test_what_a_killed_reader_had_claimed_is_done_by_the_next_and_nothing_twice(tmp_path):
    with open_stores(StoreAddresses(tmp_path)) as stores:
        table = stores.table(job_table())
        jobs = JobStore(table, SystemClock())
        sent = [jobs.new(request()).ulid for _ in range(120)]
        began, did = set(), set()
        for number in range(4):
            more_began, more_did = run_and_kill(tmp_path, f"reader {number}", random.randint(1, 40))
            assert not did & more_did
            began |= more_began
            did |= more_did
        # The dead hold what they had: of that, nobody may be given anything before their leases lapse.
        free = [job.ulid for job in jobs.claim(SITE, "early", limit=None)]
        late = JobStore(table, SetClock(SystemClock().time() + 1000))
        rest = {job.ulid: job for job in late.claim(SITE, "late", limit=None)}
        assert set(free) <= set(rest)
        assert did.isdisjoint(rest)
        done = {job.ulid for job in late.recent(SITE, 0)[0] if job.status == "COMPLETE"}
        # At most one of each reader was done, and could not be told any more.
        assert did <= done
        assert len(done - did) <= 4
        assert done | set(rest) == set(sent)
        assert done.isdisjoint(rest)
        assert all(rest[ulid].was_started for ulid in began - done)
        assert all(not job.was_started or ulid not in free for ulid, job in rest.items())
