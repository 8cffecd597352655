"""The site file: finding it, loading it, and naming the line of every fault."""

from ocs_sim.site._errors import (
    NoSuchHost,
    NoSuchInstance,
    SeveralInstances,
    SiteError,
    SiteFileFaulty,
    SiteFileNotFound,
    SiteNamedTwice,
)
from ocs_sim.site._faults import Fault, Severity
from ocs_sim.site._find import find_site_file
from ocs_sim.site._models import AgentInstance, CrossbarSettings, Host, Hub, Manage, Site, SiteIdentity
from ocs_sim.site._override import override

__all__ = [
    "AgentInstance",
    "CrossbarSettings",
    "Fault",
    "Host",
    "Hub",
    "Manage",
    "NoSuchHost",
    "NoSuchInstance",
    "SeveralInstances",
    "Severity",
    "Site",
    "SiteError",
    "SiteFileFaulty",
    "SiteFileNotFound",
    "SiteIdentity",
    "SiteNamedTwice",
    "find_site_file",
    "override",
]
