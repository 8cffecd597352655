"""Hold one drill after the other and print a table: `python -m bench.drills short|long`."""

import json
import subprocess
import sys
import time
from pathlib import Path

OBSBOW = str(Path(sys.executable).with_name("obsbow"))
FIGURES = ("published", "archived", "replayed", "duplicated", "lost")
SHORT = (
    "kill-router",
    "kill-aggregator",
    "kill-agent",
    "stall-aggregator",
    "fill-disk",
)
LONG = (
    "kill-aggregator --times 200",
    "kill-router --times 30 --blocks-per-second 2000",
    "kill-router --times 10 --restart-aggregator",
    "kill-router --times 1 --away 600",
    "kill-agent --times 30",
    "stall-aggregator --stalled 60 --blocks-per-second 2000",
    "fill-disk --times 10",
)


def main(words: list[str]) -> None:
    plans = {"short": SHORT, "long": LONG}
    if len(words) != 1 or words[0] not in plans:
        sys.exit("usage: python -m bench.drills short|long")
    print(
        f"{'drill':<56}" + "".join(f"{name:>12}" for name in FIGURES) + f"{'seconds':>9}  worst", flush=True
    )
    failed = [drill for drill in plans[words[0]] if not hold(drill)]
    if failed:
        sys.exit(f"Not all is well: {'; '.join(failed)}")


def hold(drill: str) -> bool:
    """Hold a drill and print its row; return whether nothing was lost."""
    began = time.monotonic()
    done = subprocess.run(
        [OBSBOW, "drill", *drill.split(), "--json", "--verbose"], stdout=subprocess.PIPE, text=True
    )
    took = time.monotonic() - began
    if not done.stdout:
        print(f"{drill:<56}{'could not be held':>60}{took:>9.0f}", flush=True)
        return False
    report = json.loads(done.stdout)
    details = report["details"]
    worst = ", ".join(f"{name} {figure:g}" for name, figure in details["worst"].items())
    figures = "".join(f"{report[name]:>12}" for name in FIGURES)
    print(f"{drill:<56}{figures}{took:>9.0f}  {worst}", flush=True)
    memory = details["memory_bytes"].items()
    print("  memory, at most: " + ", ".join(f"{name} {each['most'] / 1e6:.0f} MB" for name, each in memory))
    for fault in details["faults"]:
        print(f"  {fault}")
    return done.returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
