"""What can be wrong with a site file, and with what is asked of a site."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class SiteError(ObservatoryError):
    """The site file does not give what was asked of it."""


class SiteFileNotFound(SiteError, FileNotFoundError):
    """There is no site file: looked for {looked_for}.
    Lay out a new observatory with `obsbow init DIR`, or name its file with --site-file.
    """


class SiteNamedTwice(SiteError, ValueError):
    """--site-file {site_file} and --site {site} each name a site file: give one of them."""


class SiteFileFaulty(SiteError, ValueError):
    """The site file {path} cannot be used:
    {listing}
    """


class NoSuchHost(SiteError, LookupError):
    """{path} has no host {name!r}: {hint}"""


class NoSuchInstance(SiteError, LookupError):
    """{path} has no {what} on host {host!r}: {hint}"""


class SeveralInstances(SiteError, LookupError):
    """{path} has several agents of class {agent_class} on host {host!r}:
    choose one of {ids} with --instance-id.
    """
