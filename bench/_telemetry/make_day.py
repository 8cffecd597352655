"""Write an archive of one block with our own writer. Usage: make_day.py DIRECTORY FIELDS HZ HOURS"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from bench._telemetry.day import BEGIN, FIELD_SEED
from ocs_sim.archive import ArchiveWriter, Record

_SECONDS_PER_BLOCK = 1
_BLOCKS_PER_SYNC = 60


class DayClock:
    """Stands where the samples are."""

    now = BEGIN

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now


def main(directory: str, fields: int, rate: int, hours: int) -> None:
    clock, random = DayClock(), np.random.default_rng(FIELD_SEED)
    names = [f"field_{number:03d}" for number in range(fields)]
    writer = ArchiveWriter(Path(directory), clock=clock)
    for hour in range(hours):
        begin = BEGIN + hour * 3600
        columns = random.standard_normal((fields, 3600 * rate)).cumsum(axis=1).tolist()
        times = (begin + np.arange(3600 * rate) / rate).tolist()
        for second in range(0, 3600, _SECONDS_PER_BLOCK):
            rows = slice(second * rate, (second + _SECONDS_PER_BLOCK) * rate)
            data = {name: column[rows] for name, column in zip(names, columns, strict=True)}
            clock.now = begin + second
            writer.append(_record(times[rows], data, hour * 3600 + second, clock.now))
            if second % _BLOCKS_PER_SYNC == 0:
                writer.sync()
        writer.rotate()
    began = time.monotonic()
    writer.close()
    print(json.dumps({"seconds_to_close": time.monotonic() - began}))


def _record(times: list[float], columns: dict[str, list[float]], number: int, received: float) -> Record:
    return Record(
        feed_address="observatory.data1.feeds.load",
        agent_address="observatory.data1",
        agent_class="FakeDataAgent",
        feed="load",
        boot_id=str(BEGIN),
        block="load",
        received=received,
        timestamps=times,
        columns=columns,
        sequence=number,
    )


main(sys.argv[1], *map(int, sys.argv[2:]))
