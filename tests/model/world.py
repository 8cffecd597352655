"""Publishers, a router and an archiver in one process, on a clock that is turned by hand."""

from __future__ import annotations

import shutil
import tempfile
from collections import deque
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from tests.model.archiver import Archiver
from tests.model.publisher import Keeping, Publisher
from tests.model.router import Router
from tests.model.stepped import SteppedClock, SteppedLoop
from tests.model.verdict import Verdict

# Bounds that a few small blocks reach.
_SMALL = {
    "ocs_sim.agent._replay._BYTES_PER_ANSWER": 1500,
    "ocs_sim.agent._courier.MOST_BACKLOG_BYTES": 6000,
    "ocs_sim.agent._courier._MOST_FLEETING_BACKLOG_BYTES": 12000,
    "ocs_sim.agent._spill._SMALLEST_SEGMENT_BYTES": 1000,
    "ocs_sim.collect._collector._HANDFUL": 2,
}
_LONGEST_SECONDS = 300


class World:
    """A context manager. `keepings` says how much each publisher keeps."""

    def __init__(self, *keepings, **archiving):
        self._keepings = keepings or (Keeping(),)
        self._archiving = archiving

    def __enter__(self):
        with ExitStack() as stack:
            self.directory = Path(tempfile.mkdtemp(prefix="model-"))
            stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
            self.clock = SteppedClock()
            self.loop = SteppedLoop(self.clock)
            stack.callback(self.loop.end)
            self.router = Router(self.loop)
            for name, value in _SMALL.items():
                stack.enter_context(patch(name, value))
            # What was synced is for the model to say; waiting for real disks takes most of the time.
            for name in ("os.fsync", "os.fdatasync"):
                stack.enter_context(patch(name))
            self.archiver = Archiver(self, self.directory / "hk", **self._archiving)
            stack.enter_context(
                patch("ocs_sim.archive._writer.JournalFile", self.archiver.disk.journal_file())
            )
            # Publishers that are older than the archive may lose what it never knew.
            self.advance(0.2)
            self.publishers = [
                Publisher(self, f"data{number}", keeping) for number, keeping in enumerate(self._keepings)
            ]
            self.verdict = Verdict(self)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        for each in self.publishers:
            if each.service is not None:
                each.kill(0)
        if self.archiver.recorder is not None:
            self.archiver.kill()
        self._stack.close()

    def advance(self, seconds):
        self.loop.advance(seconds)

    def mend(self):
        """Let everybody live, meet, and do what is to be done."""
        self.archiver.disk.heal()
        self.archiver.disk.doom = None
        self.archiver.is_stalled = False
        self.router.habit = deque([1])
        self.router.be_prompt(True)
        for each in self.publishers:
            if each.service is None:
                each.boot()
        if self.archiver.recorder is None:
            self.archiver.start()
        self.router.come_up()
        # Whoever was refused or not answered tries again after five seconds at most, calls are given ten.
        self.advance(16)
        quiet, began = 0, self.clock.elapsed
        while quiet < 3:
            self.advance(1)
            why = self.archiver.pending()
            quiet = 0 if why else quiet + 1
            assert self.clock.elapsed < began + _LONGEST_SECONDS, f"never at rest: {why}"

    def judge(self):
        """Mend everything, and assert that the archive is as it should be."""
        self.mend()
        for each in self.publishers:
            for run in each.runs.values():
                run.check(is_over=run is not each.run, was_killed=True)
        self.verdict.judge()

    def end(self):
        """Judge, and judge what a new process would make of what is on the disk."""
        self.judge()
        self.archiver.stop()
        self.verdict.judge_closed()
