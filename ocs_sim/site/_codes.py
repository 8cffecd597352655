"""What must hold between the codes of observatories, for their agents, directories and images."""

from __future__ import annotations

from collections.abc import Iterator

from ocs_sim.site._expand import entered, image_code
from ocs_sim.site._faults import Faults, Place
from ocs_sim.site._sections import Read


def check_codes(root: Read, faults: Faults) -> None:
    """Note codes that are there twice, or that names of images cannot have."""
    codes: dict[str, tuple[str, Place]] = {}
    images: dict[str, tuple[str, Place]] = {}
    for code, place in _codes(root):
        # Some clients know codes in small letters only, and some disks names of files.
        earlier, there = codes.setdefault(code.casefold(), (code, place))
        if there is not place:
            alike = "" if earlier == code else f", but for capitals, as {earlier!r}"
            message = f"The code {code!r} is already at line {there.line}{alike}: give each site its own."
            faults.error(place, message)
            continue
        short = image_code(code)
        other, there = images.setdefault(short.casefold(), (code, place))
        if there is not place:
            message = f"Names of images say {short!r} for {code!r}, as for {other!r} at line {there.line}"
            faults.error(place, f"{message}: let their codes differ in the first six letters or digits.")
        elif short != code and "sites" in root.values:
            message = f"{code!r} has not 3 to 6 letters, digits and '_', as names of images have"
            faults.warning(place, f"{message}: they say {short!r}.")


def _codes(root: Read) -> Iterator[tuple[str, Place]]:
    own: Read | None = root.get("site")
    if own and "code" in own.values:
        yield own.get("code"), own.at("code")
    for site in entered(root):
        yield site.code, site.place
