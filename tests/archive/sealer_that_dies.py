"""Seals the journal of a directory, killed at the n-th step, for each n."""

import sys

from ocs_sim.archive import seal
from tests.archive.dying import at_each_step


def live(directory):
    (journal,) = directory.rglob("*.journal")
    seal(journal)


if __name__ == "__main__":
    at_each_step(live, *sys.argv[1:])
