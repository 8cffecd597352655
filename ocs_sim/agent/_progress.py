"""How far a run has come."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Progress:
    """What a client may show while a run goes on.

    `fraction` is 0 to 1; `target` is what is being reached, in `unit`; `waiting_for` names what keeps
    the run from going on.
    """

    stage: str | None = None
    fraction: float | None = None
    target: Any = None
    unit: str | None = None
    seconds_left: float | None = None
    waiting_for: str | None = None

    def encode(self) -> dict[str, Any] | None:
        """Return the fields, or None when nothing was ever said."""
        return None if self == _NOTHING else asdict(self)


_NOTHING = Progress()
