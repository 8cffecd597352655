"""`${NAME}`, `${NAME:-default}` and `${NAME:+if there}` in the values of a site file."""

from __future__ import annotations

import re
from collections.abc import Mapping

# `$${` stands for `${`; the rest of the pattern catches what looks like a variable and is none.
_VARIABLE = re.compile(
    r"\$\$\{"
    r"|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*)|:\+(?P<instead>[^}]*))?\}"
    r"|\$\{[^}]*\}?"
)


def interpolate(text: str, environ: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return `text` with its variables filled in, and a sentence for each that could not be."""
    faults: list[str] = []

    def fill(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if found[0] == "$${":
            return "${"
        if name is None:
            forms = "write ${NAME} or ${NAME:-default}, or $${ for a plain ${"
            faults.append(f"{found[0]!r} is not a variable: {forms}.")
            return ""
        if found["instead"] is not None:
            return str(found["instead"]) if environ.get(name) else ""
        # As in a shell, `:-` also stands in for a variable that is set to nothing.
        value = environ.get(name) or default if default is not None else environ.get(name)
        if value is None:
            faults.append(
                f"The environment variable {name} is not set: set it, or give a default: ${{{name}:-value}}."
            )
        return value or ""

    return _VARIABLE.sub(fill, text), faults
