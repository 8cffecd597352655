"""What can go wrong with a site that is far away."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class RemoteError(ObservatoryError):
    """The site cannot be commanded: {fault}."""


class BadCommand(RemoteError):
    """{listing}
    Like this: {sample}"""

    def __init__(self, *, faults: list[str], sample: str) -> None:
        """Tell all faults at once."""
        super().__init__(faults=faults, sample=sample, listing="\n".join(faults))


class UnknownCommand(RemoteError):
    """There is no command {name!r}.{hint}"""


class UnknownSite(RemoteError):
    """There is no site {name!r}. There {verb} {known}."""

    def __init__(self, *, name: str, known: list[str]) -> None:
        """Name the sites that there are."""
        super().__init__(name=name, known=", ".join(known) or "none", verb="is" if len(known) < 2 else "are")


class NoSites(RemoteError):
    """The site file {path} names no observatory: give it a section `site:` with a code, or `sites:`."""
