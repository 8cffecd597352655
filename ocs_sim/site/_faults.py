"""What is wrong in a site file, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A position in a file, both numbers counted from 1."""

    line: int
    column: int


START = Place(1, 1)


class Severity(Enum):
    """How much a fault matters: `load` refuses only errors, `obsbow check` fails on all but warnings."""

    ERROR = "error"
    TOLERATED = "tolerated"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in a site file.

    `message` is a sentence that says what to do; `suggestion` is what was probably meant.
    """

    path: Path
    line: int
    column: int
    message: str
    suggestion: str | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        label = "warning" if self.severity is Severity.WARNING else "error"
        hint = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.path}:{self.line}:{self.column}: {label}: {self.message}{hint}"


@dataclass(slots=True)
class Faults:
    """Collects the faults of one file; the same fault found twice (through an alias) counts once."""

    path: Path
    _found: dict[Fault, None] = field(default_factory=dict)

    def error(self, place: Place, message: str, suggestion: str | None = None) -> None:
        """Note something that keeps the file from being used."""
        self._add(place, message, suggestion, Severity.ERROR)

    def tolerated(self, place: Place, message: str, suggestion: str | None = None) -> None:
        """Note something that is ignored when the file is loaded, and yet is probably a mistake."""
        self._add(place, message, suggestion, Severity.TOLERATED)

    def warning(self, place: Place, message: str, suggestion: str | None = None) -> None:
        """Note something that is understood, but is better said otherwise."""
        self._add(place, message, suggestion, Severity.WARNING)

    def _add(self, place: Place, message: str, suggestion: str | None, severity: Severity) -> None:
        self._found[Fault(self.path, place.line, place.column, message, suggestion, severity)] = None

    @property
    def serious(self) -> bool:
        """Whether anything found keeps the file from being used."""
        return any(fault.severity is Severity.ERROR for fault in self._found)

    def listed(self) -> list[Fault]:
        """Return the faults in the order of their places."""
        return sorted(self._found, key=lambda fault: (fault.line, fault.column, fault.message))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` was probably meant to be, whatever its capitals, `-` and `_`."""
    import difflib

    folded = {_fold(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(_fold(word), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None


def _fold(word: str) -> str:
    return word.casefold().replace("_", "-")
