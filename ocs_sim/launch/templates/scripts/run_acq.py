#!/usr/bin/env python3
"""Take data with FakeData's `acq` for a while, and say where they went.

python scripts/run_acq.py
python scripts/run_acq.py --agent data1 --seconds 10 --site-file site_config/default.yaml
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ocs_sim import Client
from ocs_sim.client import Reply
from ocs_sim.errors import ObservatoryError

LOOK_PERIOD_SECONDS = 0.5
STOP_SECONDS = 20.0


class Show(Protocol):
    """Shows how many seconds have passed, and the latest values."""

    def __call__(self, seconds: float, values: str) -> None:
        """Show both."""
        ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; return its exit code."""
    options = read_options(arguments)
    try:
        with connect(options, options.agent) as client:
            return take_data(client, options)
    except ObservatoryError as error:
        print(f"run_acq: {error}", file=sys.stderr)
        return 1


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Run acq for a while, and say where the data went.")
    parser.add_argument("--agent", default="data1", help="instance id of the FakeData agent (data1)")
    parser.add_argument(
        "--aggregator", default="aggregator", help="instance id of the Aggregator (aggregator)"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to take data (30)")
    parser.add_argument("--site-file", type=Path, help="the site file; else it is searched for")
    parser.add_argument("--site-host", help="which host of the site file this is")
    return parser.parse_args(arguments)


def connect(options: argparse.Namespace, agent: str) -> Client:
    """Return a client of an agent of the chosen site."""
    return Client(agent, site_file=options.site_file, site_host=options.site_host, timeout_seconds=5.0)


def take_data(client: Client, options: argparse.Namespace) -> int:
    """Start acq, watch it, stop it, and report."""
    started = client.acq.start()
    if not started.ok:
        print(f"run_acq: acq of {options.agent} did not start: {started.msg}", file=sys.stderr)
        return 1
    print(f"acq of {options.agent} runs for {options.seconds:g} s")
    try:
        went_well = watch(client, options.seconds)
    except KeyboardInterrupt:
        print("\nInterrupted: stopping acq.")
        went_well = True
    finally:
        ended = stop(client)
    print(f"acq {'ended well' if ended.ok and went_well else 'FAILED'}: {last_message(ended)}")
    print(where_it_went(options))
    return 0 if ended.ok and went_well else 1


def watch(client: Client, seconds: float) -> bool:
    """Show the latest values for a while; return False if acq ended by itself."""
    began = time.monotonic()
    with progress_bar(seconds) as show:
        while (passed := time.monotonic() - began) < seconds:
            session = client.acq.status().session
            show(passed, values_of(session.data))
            if session.status == "done":
                return False
            time.sleep(min(LOOK_PERIOD_SECONDS, seconds - passed))
        show(seconds, values_of(client.acq.status().session.data))
    return True


def stop(client: Client) -> Reply:
    """Stop acq and wait for its end."""
    client.acq.stop()
    ended: Reply = client.acq.wait(timeout_seconds=STOP_SECONDS)
    return ended


def values_of(data: dict[str, Any]) -> str:
    """Return the latest values in a line."""
    fields = data.get("fields") or {}
    return "  ".join(f"{name} {value:.4f}" for name, value in fields.items()) or "no sample yet"


def last_message(reply: Reply) -> str:
    """Return what acq said last, apart from its changes of state."""
    said = [text for _, text in reply.session.messages if not text.startswith("Status is now")]
    return said[-1] if said else reply.msg


def where_it_went(options: argparse.Namespace) -> str:
    """Return a sentence that says which file has the data."""
    try:
        with connect(options, options.aggregator) as aggregator:
            session = aggregator.record.status().session
    except ObservatoryError as error:
        return f"Nothing was archived: {error}"
    if session.status != "running":
        return f"Nothing was archived: {options.aggregator} does not record; start it with `record.start()`."
    file = session.data.get("current_file")
    return (
        f"The data are in {os.path.normpath(file)}"
        if file
        else f"{options.aggregator} records, but has no file yet."
    )


@contextmanager
def progress_bar(seconds: float) -> Iterator[Show]:
    """Return what shows the progress: a bar on a terminal, else a line now and then."""
    if not sys.stdout.isatty():
        yield Lines()
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TimeRemainingColumn(), TextColumn("{task.fields[values]}", markup=False))
    with Progress(*columns) as bar:
        task = bar.add_task("acq", total=seconds, values="")
        yield lambda seconds, values: bar.update(task, completed=seconds, values=values)


class Lines:
    """Prints a line each few seconds, for logs and pipes."""

    period_seconds = 2.0

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, seconds: float, values: str) -> None:
        """Print if it is time to."""
        if seconds >= self._next:
            self._next = seconds + self.period_seconds
            print(f"{seconds:6.1f} s  {values}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
