"""What a drill found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ocs_sim.launch._drill._stage import Event
from ocs_sim.launch._drill._watch import Memory


@dataclass(frozen=True)
class Report:
    """Blocks that were published, are archived, came by replay, are archived twice, and are missing.

    `dropped_duplicates` arrived twice and were archived once; `faults` are sentences.
    """

    published: int
    archived: int
    replayed: int
    duplicated: int
    lost: int
    samples: int = 0
    dropped_duplicates: int = 0
    seconds: float = 0.0
    seed: int = 0
    directory: str | None = None
    events: Sequence[Event] = ()
    memory: dict[str, Memory] = field(default_factory=dict)
    faults: Sequence[str] = ()

    @property
    def is_well(self) -> bool:
        """Whether what was published is archived, all of it, once."""
        return not self.lost and not self.duplicated and self.archived == self.published and not self.faults

    @property
    def figures(self) -> dict[str, int]:
        """The five figures."""
        names = ("published", "archived", "replayed", "duplicated", "lost")
        return {name: getattr(self, name) for name in names}

    def to_plain(self, *, verbose: bool) -> dict[str, Any]:
        """Return the five figures, and `details` for those who want to know more."""
        return self.figures | ({"details": self._details()} if verbose else {})

    def worst(self) -> dict[str, float]:
        """Return the largest of each of the events' figures."""
        worst: dict[str, float] = {}
        for event in self.events:
            for name, figure in event.figures.items():
                worst[name] = max(figure, worst.get(name, figure))
        return worst

    def _details(self) -> dict[str, Any]:
        return {
            "samples": self.samples,
            "dropped_duplicates": self.dropped_duplicates,
            "seconds": round(self.seconds, 2),
            "seed": self.seed,
            "directory": self.directory,
            "worst": {name: round(figure, 3) for name, figure in self.worst().items()},
            "events": [{"text": event.text} | _rounded(event.figures) for event in self.events],
            "memory_bytes": {name: asdict(memory) for name, memory in self.memory.items()},
            "faults": list(self.faults),
        }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(figure, 3) for name, figure in figures.items()}
