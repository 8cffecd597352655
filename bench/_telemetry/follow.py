"""Say when samples of our archive can be read. Usage: follow.py DIRECTORY SAMPLES_PER_BLOCK SECONDS"""

import json
import sys
import time

from ocs_sim.archive import Archive

POLL_SECONDS = 0.005


def main(directory: str, samples_per_block: int, seconds: float) -> None:
    latencies: list[float] = []
    began = time.time()
    deadline = time.monotonic() + seconds

    def wait(poll_seconds: float) -> bool:
        time.sleep(poll_seconds)
        return time.monotonic() > deadline

    with Archive(directory) as archive:
        # Told before the first look, which finds what is new from there on.
        news = archive.follow("*.load.field_000", wait=wait, poll_seconds=POLL_SECONDS)
        print("ready", flush=True)
        for data in news:
            now = time.time()
            for series in data.values():
                is_last = series.values % samples_per_block == samples_per_block - 1
                latencies += (now - series.times[is_last & (series.times > began)]).tolist()
    print(json.dumps(latencies))


main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
