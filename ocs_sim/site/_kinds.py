"""Kinds of single values: each reads one from the tree, and describes itself in JSON Schema."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from ocs_sim.site._faults import Faults, Place, nearest
from ocs_sim.site._models import Manage
from ocs_sim.site._tree import Scalar, Tree, describe, is_null, kind_of


class Invalid:
    """What reading gives where a fault was noted."""


INVALID: Final = Invalid()

# Where editors check a value, `${NAME}` may stand for it.
VARIABLE = r".*\$\{.*"


class Kind(Protocol):
    """What a key's value may be."""

    def read(self, tree: Tree, where: str, faults: Faults) -> Any:
        """Return the value, or INVALID after noting the fault; `where` names it in messages."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Text that a rule holds for: `advice` completes the sentence "X 'text' ..."."""

    pattern: str | None = None
    advice: str = ""
    mend: Callable[[str], str] | None = None
    numbers: bool = False
    not_yet: str | None = None
    """A pattern of what OCS's files may say and our agents refuse: read, but a fault to `obsbow check`."""
    fault: Callable[[str], str | None] | None = None
    """What is wrong with a text of the pattern all the same, completing the sentence as `advice` does."""

    def read(self, tree: Tree, where: str, faults: Faults) -> str | Invalid:
        """Return the text."""
        text = read_text(tree, where, faults, numbers=self.numbers)
        if isinstance(text, str) and self.not_yet and re.fullmatch(self.not_yet, text, re.ASCII):
            faults.tolerated(tree.place, f"{where} {text!r} {self.advice}")
            return text
        if isinstance(text, Invalid):
            return text
        if self.pattern is None or re.fullmatch(self.pattern, text, re.ASCII):
            return self._without_fault(text, tree, where, faults)
        mended = self.mend(text) if self.mend else None
        suggestion = mended if mended and re.fullmatch(self.pattern, mended, re.ASCII) else None
        faults.error(tree.place, f"{where} {text!r} {self.advice}", suggestion)
        return INVALID

    def _without_fault(self, text: str, tree: Tree, where: str, faults: Faults) -> str | Invalid:
        fault = self.fault(text) if self.fault else None
        if fault is None:
            return text
        faults.error(tree.place, f"{where} {text!r} {fault}")
        return INVALID

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the text."""
        kinds: Any = ["string", "number"] if self.numbers else "string"
        return {"type": kinds, **({"pattern": f"^({self.pattern}|{VARIABLE})$"} if self.pattern else {})}


def read_text(tree: Tree, where: str, faults: Faults, *, numbers: bool = False) -> str | Invalid:
    """Return a text; a number is taken as it is written if `numbers`."""
    if not isinstance(tree, Scalar):
        faults.error(tree.place, f"{where} must be text, not {kind_of(tree)}.")
        return INVALID
    if tree.broken:
        return INVALID
    is_number = isinstance(tree.value, int | float) and not isinstance(tree.value, bool)
    if is_null(tree):
        faults.error(tree.place, f"{where} has no value: give it one.")
    elif not (isinstance(tree.value, str) or tree.filled_in or (numbers and is_number)):
        faults.error(tree.place, f"{where} must be text, but YAML reads {describe(tree)}: put it in quotes.")
    elif any(ord(character) < 32 for character in tree.text):
        faults.error(tree.place, f"{where} {tree.text!r} holds a control character: remove it.")
    else:
        return tree.text
    return INVALID


@dataclass(frozen=True, slots=True)
class Url:
    """A websocket or HTTP address."""

    schemes: tuple[str, str]
    example: str

    def read(self, tree: Tree, where: str, faults: Faults) -> str | Invalid:
        """Return the address."""
        text = read_text(tree, where, faults)
        if isinstance(text, Invalid):
            return INVALID
        problem = self._problem(text)
        if problem:
            faults.error(tree.place, f"{where} {text!r} {problem}: write it as {self.example}.")
            return INVALID
        return text

    def _problem(self, text: str) -> str | None:
        if text != text.strip() or " " in text:
            return "has spaces"
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError as error:
            reason = str(error)
            return f"is not a URL ({reason[:1].lower()}{reason[1:]})"
        if url.scheme not in self.schemes:
            return f"does not begin with {self.schemes[0]}:// or {self.schemes[1]}://"
        if not url.hostname:
            return "names no host"
        return "has port 0" if port == 0 else None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the address."""
        return {"type": "string", "pattern": f"^(({'|'.join(self.schemes)})://[^\\s/].*|{VARIABLE})$"}


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number from `low` to `high`; `advice` says what it is."""

    low: float
    high: float
    advice: str
    whole: bool = False

    def read(self, tree: Tree, where: str, faults: Faults) -> float | int | Invalid:
        """Return the number."""
        if not isinstance(tree, Scalar):
            faults.error(tree.place, f"{where} must be {self.advice}, not {kind_of(tree)}.")
            return INVALID
        if tree.broken:
            return INVALID
        value, text = tree.value, tree.text
        if ":" in text:
            faults.error(tree.place, f"{where} {text!r} is not {self.advice}.", _decimal(text))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            message = f"{where} must be {self.advice}, but YAML reads {describe(tree)}."
            faults.error(tree.place, message, _decimal(text))
        elif not self._fits(value):
            faults.error(tree.place, f"{where} {text} is not {self.advice}.")
        else:
            return int(value) if self.whole else float(value)
        return INVALID

    def _fits(self, value: float) -> bool:
        return self.low <= value <= self.high and (not self.whole or value == math.floor(value))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the number."""
        kind = "integer" if self.whole else "number"
        return {
            "type": [kind, "string"],
            "minimum": self.low,
            "maximum": self.high,
            "pattern": f"^{VARIABLE}$",
        }


def _decimal(text: str) -> str | None:
    """Return degrees, minutes and seconds, or a number that YAML 1.1 takes for text, in plain decimals."""
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        return None
    if len(parts) > 3 or not all(map(math.isfinite, parts)):
        return None
    size = sum(abs(part) / 60**power for power, part in enumerate(parts))
    return f"{-size if text.strip().startswith('-') else size:.6g}"


@dataclass(frozen=True, slots=True)
class Timezone:
    """The name of a time zone in the IANA database."""

    def read(self, tree: Tree, where: str, faults: Faults) -> str | Invalid:
        """Return the name."""
        import zoneinfo

        text = read_text(tree, where, faults)
        if isinstance(text, Invalid):
            return INVALID
        try:
            zoneinfo.ZoneInfo(text)
        except (LookupError, ValueError, OSError):
            known = zoneinfo.available_timezones()
            if known:  # none: this computer has no database to check with
                message = f"{where} {text!r} is not a time zone: write one as America/Santiago, or UTC."
                faults.error(tree.place, message, nearest(text, known))
                return INVALID
        return text

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the name."""
        return {"type": "string"}


_MANAGE = {
    "host/up": Manage.HOST_UP,
    "host": Manage.HOST_UP,
    "up": Manage.HOST_UP,
    "yes": Manage.HOST_UP,
    "host/down": Manage.HOST_DOWN,
    "down": Manage.HOST_DOWN,
    "docker/up": Manage.DOCKER_UP,
    "docker": Manage.DOCKER_UP,
    "docker/down": Manage.DOCKER_DOWN,
    "ignore": Manage.IGNORE,
    "no": Manage.IGNORE,
}


@dataclass(frozen=True, slots=True)
class Managed:
    """What HostMaster does with an agent, in OCS's words; `yes` and `no` that YAML made booleans too."""

    def read(self, tree: Tree, where: str, faults: Faults) -> Manage | Invalid:
        """Return what is to be done."""
        if isinstance(tree, Scalar) and isinstance(tree.value, bool) and not tree.broken:
            meant = Manage.HOST_UP if tree.value else Manage.IGNORE
            self._advise(tree.place, tree.text, meant, where, faults)
            return meant
        text = read_text(tree, where, faults)
        if isinstance(text, Invalid):
            return INVALID
        if text not in _MANAGE:
            choices = ", ".join(manage.value for manage in Manage)
            message = f"{where} {text!r} is not one of {choices}."
            faults.error(tree.place, message, nearest(text, _MANAGE))
            return INVALID
        return _MANAGE[text]

    def _advise(self, place: Place, text: str, meant: Manage, where: str, faults: Faults) -> None:
        message = (
            f"{where}: YAML reads a bare {text} as a yes/no value, which OCS does not understand; "
            f"it is taken as {meant.value!r} here: write that instead."
        )
        faults.warning(place, message)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the choice."""
        return {"enum": [*_MANAGE, True, False]}
