"""Time reading from our archive. Usage: read_day.py DIRECTORY FIELD"""

import json
import sys
import time

from ocs_sim.archive import Archive


def main(directory: str, field: str) -> None:
    began = time.perf_counter()
    with Archive(directory) as archive:
        series = archive.load(f"*.{field}")
        one = time.perf_counter() - began
        (samples,) = [len(each.values) for each in series.values()]
    began = time.perf_counter()
    with Archive(directory) as archive:
        archive.decimate("*", points=2000)
    print(
        json.dumps({"one_field_s": one, "samples": samples, "all_decimated_s": time.perf_counter() - began})
    )


main(*sys.argv[1:])
