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
from ocs_sim.site._load import OptionsChecker, check, load
from ocs_sim.site._models import AgentInstance, CrossbarSettings, Host, Hub, Manage, Site, SiteIdentity
from ocs_sim.site._override import override
from ocs_sim.site._schema import json_schema

__all__ = [
    "AgentInstance",
    "CrossbarSettings",
    "Fault",
    "Host",
    "Hub",
    "Manage",
    "NoSuchHost",
    "NoSuchInstance",
    "OptionsChecker",
    "SeveralInstances",
    "Severity",
    "Site",
    "SiteError",
    "SiteFileFaulty",
    "SiteFileNotFound",
    "SiteIdentity",
    "SiteNamedTwice",
    "check",
    "find_site_file",
    "json_schema",
    "load",
    "override",
]
