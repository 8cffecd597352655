"""Say when samples can be read from g3 files. Run by OCS's Python.

Usage: follow.py DIRECTORY SAMPLES_PER_BLOCK SECONDS
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import so3g
from spt3g import core

POLL_SECONDS = 0.1


def blocks(path):
    """Return the times of the last sample of each block of samples_per_block, for field_000."""
    found = []
    try:
        for frame in core.G3File(str(path)):
            if frame.get("hkagg_type") == so3g.HKFrameType.data and ".feeds.load" in frame["address"]:
                found += [
                    (np.array(block.times) / core.G3Units.s, np.array(block["field_000"]))
                    for block in frame["blocks"]
                ]
    except RuntimeError:
        pass  # the last frame is not complete yet
    return found


def main(directory, samples_per_block, seconds):
    began, deadline = time.time(), time.monotonic() + seconds
    known, sizes, latencies = {}, {}, []
    print("ready", flush=True)
    while time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        for path in Path(directory).rglob("*.g3"):
            size = path.stat().st_size
            if size == sizes.get(path):
                continue
            sizes[path] = size
            found = blocks(path)
            now = time.time()
            for times, values in found[known.get(path, 0) :]:
                is_last = values % samples_per_block == samples_per_block - 1
                latencies += (now - times[is_last & (times > began)]).tolist()
            known[path] = len(found)
    print(json.dumps(latencies))


main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
