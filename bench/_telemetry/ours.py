"""Our observatory: router, FakeData and Aggregator as `obsbow up` starts them."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench._telemetry.loads import Load, Trial
from bench._telemetry.processes import cpu_seconds, difference
from bench._tools import observatory
from ocs_sim import Client
from ocs_sim.archive import Archive, ArchiveError
from ocs_sim.bus import BusError
from tests.observatory import Observatory, eventually

SETTLE_SECONDS = 1.5
# Longer than its end and the answers take on an idle machine.
_MOST_LATE_SECONDS = 1.5
_FIELDS_AT_ONCE = 20


@contextmanager
def running() -> Iterator["Ours"]:
    """Yield our observatory, up."""
    with observatory() as laid_out:
        laid_out.well("up")
        site = {"site_file": laid_out.site_file}
        with Client("data1", **site) as agent, Client("aggregator", **site) as aggregator:
            yield Ours(laid_out, agent, aggregator)


class Ours:
    """One agent's feed, archived."""

    def __init__(self, laid_out: Observatory, agent: Client, aggregator: Client) -> None:
        self.laid_out = laid_out
        self.directory = laid_out.data_directory
        self.agent = agent
        self.aggregator = aggregator

    @property
    def socket(self) -> Path:
        """Where the router speaks rawsocket."""
        return self.laid_out.directory / "dot_crossbar" / "router.sock"

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Return the processes that take part."""
        routers = [each for each in self.laid_out.processes() if "crossbar" in " ".join(each.cmdline())]
        one = {who: [psutil.Process(self.laid_out.pid(name))] for who, name in NAMES.items()}
        return {**one, "router": routers}

    def trial(self, load: Load, rate: float, seconds: float) -> Trial:
        """Publish at `rate` blocks/s for so long (0: as fast as it goes), seal, and read all back."""
        old, processes = self._files(), self.processes()
        before = cpu_seconds(processes)
        try:
            told, elapsed = self._attempt(load, rate, seconds)
        except BusError as error:
            # The router hangs up on those who are too slow.
            self._restart()
            return Trial(load, rate, 0, str(error), dict.fromkeys(processes, 0.0), 0)
        used = difference(cpu_seconds(processes), before)
        new, published = self._files() - old, told["published"]
        archived, fault = self._compare(load, told, new)
        fault = lateness(published, int(rate * seconds), elapsed - seconds) or fault
        size = sum(path.stat().st_size for path in new)
        # Not the newest: a recorder that starts looks there for what it has.
        for path in sorted(old | new, key=lambda each: each.stat().st_mtime)[:-1]:
            path.unlink()
        if fault:
            self._restart()
        return Trial(load, rate or archived / load.samples / elapsed, published, fault, used, size)

    def _attempt(self, load: Load, rate: float, seconds: float) -> tuple[dict[str, Any], float]:
        self.aggregator.record.start()
        began = time.monotonic()
        self.publish(load, rate, int(rate * seconds))
        self._finish(seconds)
        told = self.agent.sampler.status().session.data
        time.sleep(SETTLE_SECONDS)
        self.aggregator.record.stop()
        elapsed = time.monotonic() - began - SETTLE_SECONDS
        self.aggregator.record.wait(timeout_seconds=120)
        return told, elapsed

    def _restart(self) -> None:
        """Begin anew after what was too much: what is kept for replay would be archived in the next trial."""
        self.laid_out.well("restart", "data1")
        eventually(self._is_idle, "the Aggregator records no more", 120)

    def _is_idle(self) -> bool:
        try:
            self.aggregator.record.stop()
            return self.aggregator.record.wait(timeout_seconds=10).session.status in ("done", None)
        except BusError:
            return False

    def publish(self, load: Load, rate: float, blocks: int) -> None:
        """Have the agent begin."""
        shape = {"fields": load.fields, "samples_per_block": load.samples}
        reply = self.agent.sampler.start(**shape, blocks_per_second=rate, blocks=blocks, **load.options)
        assert reply.ok, reply.message

    def _finish(self, seconds: float) -> None:
        """Wait for the agent's end, and end it when it is too slow."""
        if not self.agent.sampler.wait(timeout_seconds=seconds * 1.03 + 0.3).ok:
            self.agent.sampler.stop()
            self.agent.sampler.wait(timeout_seconds=20)

    def _files(self) -> set[Path]:
        return set(self.directory.rglob("*.h5"))

    def _compare(self, load: Load, told: Mapping[str, Any], files: set[Path]) -> tuple[int, str]:
        """Return how many samples of the first field these files hold, and what is wrong with any field."""
        with tempfile.TemporaryDirectory(dir=self.laid_out.directory) as aside:
            for path in files:
                folder = Path(aside) / path.parent.name
                folder.mkdir(exist_ok=True)
                (folder / path.name).hardlink_to(path)
            with Archive(aside) as archive:
                try:
                    return _compare(archive, load.fields, told["published"] * load.samples, told["origin"])
                except ArchiveError as fault:
                    return 0, str(fault)


def lateness(published: int, wanted: int, late_seconds: float) -> str:
    """Return that the agent was too slow, or that those behind it were: a queue that grows is no rate."""
    if published < wanted:
        return f"published {published} of {wanted}"
    return f"{late_seconds:.1f} s behind" if late_seconds > _MOST_LATE_SECONDS else ""


def _compare(archive: Archive, fields: int, wanted: int, origin: float) -> tuple[int, str]:
    count, names = wanted, [f"field_{k:03d}" for k in range(fields)]
    for first in range(0, fields, _FIELDS_AT_ONCE):
        for name, series in archive.load(names[first : first + _FIELDS_AT_ONCE], origin).items():
            count, number = len(series.values), float(name.rpartition("_")[2])
            if not np.array_equal(series.values, np.arange(wanted) + number):
                return count, f"{count} of {wanted} samples of {name} are there"
    return count, ""


NAMES = {"agent": "data1", "aggregator": "aggregator"}
