"""What is wrong with an image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; an error is against the FITS standard or untrue, a warning against custom."""

    severity: Literal["error", "warning"]
    text: str
    hdu: int | None = None
    key: str = ""

    def at(self, hdu: int) -> Fault:
        """Return the fault with the number of its HDU."""
        return replace(self, hdu=hdu)

    def to_plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"severity": self.severity, "hdu": self.hdu, "key": self.key, "text": self.text}

    def __str__(self) -> str:
        where = "" if self.hdu is None else f"HDU {self.hdu}: "
        return f"{self.severity}: {where}{self.key + ': ' if self.key else ''}{self.text}"
