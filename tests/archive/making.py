"""Records, clocks and archives for the tests of the archive."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.archive import Archive, ArchiveWriter, Record, seal

START = 1_763_640_000.0


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: float = START) -> None:
        self.now = now
        self.running = 0.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.running

    def turn(self, seconds: float) -> None:
        self.now += seconds
        self.running += seconds

    def step(self, seconds: float) -> None:
        """Set the wall clock, as NTP does."""
        self.now += seconds


def record(
    columns, timestamps=None, *, sequence=None, block="temps", feed="thermometers", instance="data1", **known
):
    count = len(next(iter(columns.values())))
    times = [START + number for number in range(count)] if timestamps is None else timestamps
    address = f"observatory.{instance}"
    facts = {"agent_class": "FakeDataAgent", "boot_id": "boot-1", "received": START}
    return Record(
        feed_address=f"{address}.feeds.{feed}",
        agent_address=address,
        feed=feed,
        block=block,
        timestamps=times,
        columns=columns,
        sequence=sequence,
        **{**facts, **known},
    )


def counted(sequence, samples=10, fields=("a", "b"), **known):
    """The block number `sequence` of a feed: ten samples a second of a count and its negative."""
    numbers = [float(sequence * samples + at) for at in range(samples)]
    times = [START + number / samples for number in numbers]
    columns = {
        name: [sign * number for number in numbers] for name, sign in zip(fields, (1, -1, 2), strict=False)
    }
    return record(columns, times, sequence=sequence, **known)


def write(directory: Path, *records, sealed=True, clock=None, **options) -> list[Path]:
    """Archive records, and return the sealed files, or the journals when they are not to be sealed."""
    options = {"seal": seal if sealed else (lambda _: None), **options}
    writer = ArchiveWriter(directory, clock=clock or HandClock(), **options)
    for item in records:
        writer.append(item)
    writer.close()
    return sorted(directory.rglob("*.h5" if sealed else "*.journal"))


def values(directory: Path, pattern="*", **span):
    """Return {name: [values]} of all that the archive has."""
    with Archive(directory) as archive:
        return {name: series.values.tolist() for name, series in archive.load(pattern, **span).items()}
