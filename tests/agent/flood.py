"""An agent that publishes as fast as it can, and says how far it is: a program of its own, to be killed.

python flood.py DIRECTORY ARGUMENT...
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from ocs_sim.agent import Agent, Feed, Run, process
from ocs_sim.testing import AgentHarness


class Flood(Agent):
    """Publishes numbers on two feeds."""

    numbers = Feed("numbers", record=True)
    packed = Feed("packed", record=True, encoding="packed")

    @process()
    async def count(self, run: Run) -> None:
        """Publish numbers, some at once, and tell which blocks have left the publisher."""
        number = 0
        while True:
            for _ in range(10):
                self.numbers.publish_block("block", {"n": number}, timestamp=1.0)
                self.packed.publish_block("block", {"n": float(number)}, timestamp=1.0)
                number += 1
            await asyncio.sleep(0)
            print(self.numbers.blocks_published, self.packed.blocks_published, flush=True)


if __name__ == "__main__":
    with AgentHarness(Flood, directory=Path(sys.argv[1]), arguments=sys.argv[2:]) as harness:
        harness.start("count")
        harness.wait("count", None)
