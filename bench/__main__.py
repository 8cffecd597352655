"""Run measurements: `python -m bench [launch] [memory] [latency] [recovery]`, all for none named."""

import importlib
import json
import platform
import sys

ALL = ("launch", "memory", "latency", "recovery")


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.exit(f"There is no measurement called {', '.join(unknown)}; there are: {', '.join(ALL)}")
    results = {"machine": f"{platform.machine()}, Python {platform.python_version()}"}
    for name in names or ALL:
        print(f"\n{name}")
        results[name] = importlib.import_module(f"bench.{name}").measure()
    print(f"\n{json.dumps(results)}")


main(sys.argv[1:])
