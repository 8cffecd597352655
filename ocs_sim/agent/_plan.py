"""From a command line and a site file to the agents that one process is to run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ocs_sim import site as sites
from ocs_sim.agent._agent import Agent
from ocs_sim.agent._common import CommonOptions, split_common
from ocs_sim.agent._errors import BadOptions
from ocs_sim.agent._options import Options, parse_options
from ocs_sim.agent.catalogue import find_class
from ocs_sim.site import AgentInstance, CrossbarSettings, Host, NoSuchInstance, Site


@dataclass(frozen=True)
class AgentPlan:
    """All that is known of one agent before it exists; `crossbar` is None where another router is named.

    `site` is the site file with the agent's own observatory as its `identity`.
    `common` are the common options, those of the command line over those of the site file.
    """

    site: Site
    host: Host
    instance: AgentInstance
    agent_type: type[Agent[Any]]
    options: Options
    crossbar: CrossbarSettings | None
    common: CommonOptions = field(default_factory=CommonOptions)

    @property
    def address(self) -> str:
        """The agent's address."""
        return f"{self.host.hub.address_root}.{self.instance.instance_id}"


def make_plans(arguments: Sequence[str], directory: Path) -> list[AgentPlan]:
    """Return the plans for the agents that a command line names.

    Raises ocs_sim.site.SiteError, BadOptions, UnknownAgentClass, BadAgentModule or PolicyNotSupported.
    """
    common, _ = split_common(arguments, directory)
    path = sites.find_site_file(common.site_file, common.site, environ=os.environ, cwd=directory)
    site = sites.load(path)
    host = site.host(common.site_host)
    instances = _instances(site, host, common)
    if len({each.instance_id for each in instances}) < len(instances):
        raise BadOptions(who="the agents", faults="an instance-id is given twice")
    return [_plan(site, host, each, arguments, directory) for each in instances]


def _instances(site: Site, host: Host, common: CommonOptions) -> list[AgentInstance]:
    if common.instance_id:
        return [_instance(site, host, each, common.agent_class) for each in common.instance_id]
    if common.agent_class:
        return [site.instance_of_class(host, common.agent_class)]
    raise BadOptions(who="the agent", faults="--instance-id is required: which agent of the site is this?")


def _instance(site: Site, host: Host, instance_id: str, agent_class: str | None) -> AgentInstance:
    try:
        return site.instance(host, instance_id)
    except NoSuchInstance:
        # One who names the class may run an agent that the site file does not have, to try it.
        if agent_class is None:
            raise
        own = site.identity.code if site.identity else ""
        return AgentInstance(instance_id, agent_class, site_code=own)


def _plan(
    site: Site, host: Host, instance: AgentInstance, arguments: Sequence[str], directory: Path
) -> AgentPlan:
    here, given = split_common(arguments, directory)
    common, written = split_common(instance.arguments, site.path.parent)
    common = here.over(common)
    instance = replace(instance, agent_class=common.agent_class or instance.agent_class)
    agent_type = find_class(instance.agent_class, host.agent_paths)
    tokens = sites.override(written, given)
    options = parse_options(agent_type.Options, tokens, site.path.parent, instance.instance_id)
    crossbar = None if common.site_hub else host.crossbar
    return AgentPlan(
        site.seen_from(instance), _overridden(host, common), instance, agent_type, options, crossbar, common
    )


def _overridden(host: Host, common: CommonOptions) -> Host:
    hub = replace(
        host.hub,
        wamp_server=common.site_hub or host.hub.wamp_server,
        wamp_http=common.site_http or host.hub.wamp_http,
        wamp_realm=common.site_realm or host.hub.wamp_realm,
        address_root=common.address_root or host.hub.address_root,
        access_policy=common.access_policy or host.hub.access_policy,
    )
    return replace(host, hub=hub, log_dir=common.log_dir or host.log_dir)
