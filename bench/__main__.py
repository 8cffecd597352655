"""Run measurements: `python -m bench NAME...`, or all; README.md says what each is.

--quick shortens those that take minutes. --profile says where the time goes in each process.
"""

import importlib
import json
import os
import platform
import sys

ALL = ("launch", "memory", "latency", "recovery", "telemetry", "stores", "jobs", "world", "sites")
PARTS = ("alpaca",)  # of world
FLAGS = {"--quick": "BENCH_QUICK", "--profile": "BENCH_PROFILE"}


def main(words: list[str]) -> None:
    names = [word for word in words if word not in FLAGS]
    unknown = [name for name in names if name not in (*ALL, *PARTS)]
    if unknown:
        known = ", ".join((*ALL, *PARTS, *FLAGS))
        sys.exit(f"There is no measurement called {', '.join(unknown)}; there are: {known}")
    os.environ.update({FLAGS[word]: "1" for word in words if word in FLAGS})
    results = {"machine": f"{platform.machine()}, Python {platform.python_version()}"}
    for name in names or ALL:
        print(f"\n{name}")
        results[name] = importlib.import_module(f"bench.{name}").measure()
    print(f"\n{json.dumps(results)}")


main(sys.argv[1:])
