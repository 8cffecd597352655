"""Repacks, killed at the n-th step, for each n."""

import sys

from ocs_sim.archive import RepackOptions, repack
from tests.archive.dying import at_each_step

SPAN_SECONDS = 4 * 3600


def live(directory):
    repack(directory, RepackOptions(span_seconds=SPAN_SECONDS))


if __name__ == "__main__":
    at_each_step(live, *sys.argv[1:])
