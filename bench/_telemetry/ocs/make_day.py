"""Write g3 files with OCS's own writer. Run by OCS's Python.

Usage: make_day.py DIRECTORY FIELDS HZ HOURS BEGIN SEED
"""

import queue
import sys

import numpy as np
from ocs.agents.aggregator import drivers

FRAME_SECONDS = 300  # what its users get who ask for nothing else


class DayTime:
    """Stands where the samples are, for the module that asks `time.time()`."""

    now = 0.0

    def time(self):
        return self.now


def main(directory, fields, rate, hours, begin, seed):
    drivers.time = clock = DayTime()
    clock.now = begin
    random = np.random.default_rng(seed)
    names = [f"field_{number:03d}" for number in range(fields)]
    aggregator = drivers.Aggregator(queue.Queue(), 3600, directory)
    feed = {"address": "observatory.data1.feeds.load", "session_id": str(begin), "agg_params": {}}
    for hour in range(hours):
        columns = random.standard_normal((fields, 3600 * rate)).cumsum(axis=1).tolist()
        times = (begin + hour * 3600 + np.arange(3600 * rate) / rate).tolist()
        for second in range(3600):
            rows = slice(second * rate, (second + 1) * rate)
            block = {
                "block_name": "load",
                "timestamps": times[rows],
                "data": {name: column[rows] for name, column in zip(names, columns, strict=True)},
            }
            clock.now = begin + hour * 3600 + second + 1.0
            aggregator.incoming_data.put(({"load": block}, feed))
            if second % 10 == 9:
                aggregator.run()
    aggregator.close()


main(sys.argv[1], *map(int, sys.argv[2:]))
