"""Records until it is killed: python recorder.py DIRECTORY; prints the last block that is durable."""

import sys
from pathlib import Path

from ocs_sim.archive import ArchiveWriter, Record, seal

START = 1_763_640_000.0


def main(directory):
    writer = ArchiveWriter(Path(directory), seal=seal, bytes_per_file=60_000)
    writer.recover()
    sequence = 0
    while True:
        for _ in range(20):
            numbers = [float(sequence * 10 + at) for at in range(10)]
            writer.append(
                Record(
                    feed_address="o.data1.feeds.f",
                    agent_address="o.data1",
                    agent_class="X",
                    feed="f",
                    boot_id="boot-1",
                    block="temps",
                    received=START,
                    timestamps=[START + number / 10 for number in numbers],
                    columns={"a": numbers, "b": numbers},
                    sequence=sequence,
                )
            )
            sequence += 1
        writer.sync()
        print(sequence - 1, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
