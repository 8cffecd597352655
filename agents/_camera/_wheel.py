"""The filters in the wheel: their names, slots and focus offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FilterNames:
    """What is in the wheel, in the order of its slots, which count from 0; empty without a wheel."""

    names: Sequence[str] = ()

    def find(self, wanted: str | int) -> int:
        """Return the slot of a filter given by name or slot.

        A name is looked for as it is written, then regardless of case. Raises ValueError, whose text says
        what there is.
        """
        if not self.names:
            raise ValueError("there is no filter wheel")
        if isinstance(wanted, int):
            return self._check_slot(wanted)
        same = [slot for slot, name in enumerate(self.names) if name == wanted]
        alike = [slot for slot, name in enumerate(self.names) if name.casefold() == wanted.strip().casefold()]
        found = same or alike
        if len(found) != 1:
            problem = "is not in the wheel" if not found else "is in the wheel more than once, give its slot"
            raise ValueError(f"filter {wanted!r} {problem} ({self})")
        return found[0]

    def name_of(self, slot: int) -> str | None:
        """Return the name of the filter in a slot; None while the wheel moves or without a wheel."""
        return self.names[slot] if 0 <= slot < len(self.names) else None

    def _check_slot(self, slot: int) -> int:
        if not 0 <= slot < len(self.names):
            raise ValueError(f"there is no slot {slot} in the wheel ({self})")
        return slot

    def __str__(self) -> str:
        return ", ".join(f"{slot}: {name}" for slot, name in enumerate(self.names))
