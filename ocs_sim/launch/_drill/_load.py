"""How much the agents of a drill publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BLOCK = "load"
_BYTES_PER_VALUE = 9
_BYTES_AROUND = 400
# Half of what an agent keeps in memory for replay.
_KEPT_WITHOUT_SPILL_BYTES = 32e6


@dataclass(frozen=True)
class Load:
    """Blocks of `fields` times `samples_per_block` numbers, so many a second over all agents together."""

    blocks_per_second: float = 200.0
    fields: int = 10
    samples_per_block: int = 10
    encoding: str = "lists"

    @property
    def feed(self) -> str:
        """The feed of FakeData on which the blocks come, each in a publication of its own."""
        return "load_packed_single" if self.encoding == "packed" else "load_single"

    @property
    def bytes_per_second(self) -> float:
        """About what goes over the bus, from all agents together."""
        block = (self.fields + 1) * self.samples_per_block * _BYTES_PER_VALUE + _BYTES_AROUND
        return self.blocks_per_second * block

    def parameters(self, agents: int) -> dict[str, Any]:
        """Return what FakeData's `sampler` is started with on each of so many agents."""
        return {
            "fields": self.fields,
            "samples_per_block": self.samples_per_block,
            "blocks_per_second": self.blocks_per_second / agents,
            "encoding": self.encoding,
            "coalesce": False,
        }

    def spill_megabytes(self, away_seconds: float) -> int:
        """Return how much an agent must spill to outlast a router that is away; 0 where memory will do."""
        owed = self.bytes_per_second * away_seconds
        return 0 if owed < _KEPT_WITHOUT_SPILL_BYTES else int(2 * owed / 1e6) + 1

    def __str__(self) -> str:
        blocks = f"blocks of {self.fields} x {self.samples_per_block} samples"
        return f"{self.blocks_per_second:g} {blocks} a second ({self.encoding})"
