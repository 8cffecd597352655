"""Publishes onto a disk that is full for a while: a program of its own, as its limit would be everybody's.

python full_disk.py DIRECTORY
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path

from ocs_sim.agent import Agent, Feed
from ocs_sim.testing import AgentHarness, ManualClock

FULL_BYTES = 40_000


class Numbers(Agent):
    """Publishes numbers."""

    feed = Feed("feed", record=True, coalesce=False)


def main(directory: Path) -> None:
    """Publish 300 blocks, of which the disk takes some."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING, stream=sys.stderr)
    clock = ManualClock()
    with AgentHarness(Numbers, directory=directory, arguments=["--spill-mb", "1"], clock=clock) as harness:
        feed = harness.agent.feed
        for number in range(300):
            if number == 100:
                resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, resource.RLIM_INFINITY))
            if number == 200:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
                clock.advance(11.0)
            feed.publish_block("block", {"n": [number] * 50}, timestamps=[1.0] * 50)
        clock.advance(1.0)
        beat = harness.published("heartbeat")[-1].feed.extras
        sent = [block.sequence for block in harness.blocks("feed")]
        print(json.dumps({"spill": beat["spill"], "sent": sent, "counters": beat["counters"]["feed"]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
