"""What is published, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol


@dataclass(frozen=True)
class Load:
    """Blocks of `fields` x `samples` floats; sample n of field k is n + k."""

    name: str
    fields: int
    samples: int
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def values(self) -> int:
        """Samples of all fields in one block."""
        return self.fields * self.samples

    def called(self, name: str, **options: Any) -> "Load":
        """Return the same blocks, published in another way."""
        return replace(self, name=f"{self.name}, {name}", options=options)


SMALL = Load("small, 10 x 10", 10, 10)
WIDE = Load("wide, 100 x 10", 100, 10)
FAST = Load("1 field at 100 kHz", 1, 1000)
MANY = Load("1000 fields at 10 Hz", 1000, 1)
ASKED = ((FAST, 100.0), (MANY, 10.0))
# What there is to do anyhow: processes to keep alive, files to begin and to end.
IDLE = (Load("next to nothing, 1 block/s", 10, 10), 1.0)


@dataclass(frozen=True)
class Trial:
    """One load at one rate."""

    load: Load
    rate: float
    blocks: int
    fault: str
    cpu_seconds: Mapping[str, float]
    file_bytes: int

    @property
    def is_complete(self) -> bool:
        """Whether all that was published was archived, in time."""
        return not self.fault

    @property
    def values(self) -> int:
        """How many samples were published."""
        return self.blocks * self.load.values

    def figures(self) -> dict[str, Any]:
        """Return what is printed and kept."""
        millions = max(self.values, 1) / 1e6
        cpu = {who: round(seconds / millions, 3) for who, seconds in self.cpu_seconds.items()}
        return {
            "blocks_s": round(self.rate),
            "msamples_s": round(self.rate * self.load.values / 1e6, 3),
            "lossless": self.is_complete,
            **({"fault": self.fault} if self.fault else {}),
            "cpu_s": round(sum(self.cpu_seconds.values()), 2),
            "cpu_s_per_msample": round(sum(self.cpu_seconds.values()) / millions, 3),
            **{f"cpu_{who}": seconds for who, seconds in cpu.items()},
            "bytes_per_sample": round(self.file_bytes / max(self.values, 1), 2),
        }


class System(Protocol):
    """An agent, a router and an aggregator, running."""

    def trial(self, load: Load, rate: float, seconds: float) -> Trial:
        """Publish at `rate` blocks/s for so long, seal, read all back and compare."""
        ...
