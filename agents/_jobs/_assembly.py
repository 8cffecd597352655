"""Putting the parts together, as the options and the site file say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ocs_sim.agent import AgentContext, OperationFailed
from ocs_sim.jobs import JobStore, job_table
from ocs_sim.remote._resources import command_queue
from ocs_sim.stores import StoreAddresses, Stores, open_stores

from ._around import Around
from ._bridge import Bridge
from ._desk import Desk
from ._foreign_source import ForeignSource
from ._images import ImageWait
from ._intake import Intake
from ._options import JobsOptions
from ._peers import Peers
from ._rows import Table
from ._service import ServiceSource
from ._site_rows import with_site_rows
from ._source import JobSource, StoreSource
from ._table import ACTIONS
from ._tools import Tools
from ._web import Web
from ._web_source import ClaimingSource

_JOURNAL = "jobs-of-services"
_PARTS_OF_A_BASE = 4


@dataclass(frozen=True, slots=True)
class Assembly:
    """What one run of the bridge works with."""

    bridge: Bridge
    desk: Desk
    stores: Stores
    journals: Stores
    sources: Sequence[JobSource]

    def close(self) -> None:
        """Let go of the stores and services."""
        self.desk.close()
        for source in self.sources:
            if isinstance(source, ServiceSource):
                source.close()
        self.journals.close()
        self.stores.close()


def table_of(context: AgentContext[JobsOptions]) -> Table:
    """Return the table of actions, with the site file's. Raises BadJobActions."""
    return with_site_rows(ACTIONS, context.site.job_actions)


def code_of(context: AgentContext[JobsOptions]) -> str:
    """Return the code of the site whose jobs these are. Raises OperationFailed."""
    identity = context.site.identity
    code = context.options.site_code or (identity.code if identity else "")
    if not code:
        raise OperationFailed("Whose jobs? Give `site: code` in the site file, or --site-code.")
    return code


def assemble(context: AgentContext[JobsOptions], table: Table) -> Assembly:
    """Return a bridge that has done nothing yet. Raises StoreError."""
    options, code = context.options, code_of(context)
    stores = open_stores(context.site.stores, context.clock)
    # A journal is worth nothing where it may not be reached.
    journals = open_stores(StoreAddresses(context.site.stores.directory), context.clock)
    desk = Desk(context.clock, f"{context.instance_id}:store")
    peers = Peers(context)
    agents = {"mount": options.mount, "camera": options.camera, "dome": options.dome}
    around = Around(
        peers, agents, context.site.identity, context.clock, desk, lambda name: _header(stores, name)
    )
    images = ImageWait(lambda: stores.objects, desk, context.clock, options.image_wait)
    tools = Tools(peers, around, images, options, context.clock, agents, context.log)
    codes = [code, *([options.wema] if options.wema else [])]
    sources = [source for each in codes for source in _sources(context, stores, journals, each)]
    return Assembly(Bridge(sources, desk, tools, table, context.log), desk, stores, journals, sources)


def intake_of(context: AgentContext[JobsOptions], stores: Stores) -> Intake:
    """Return what takes the messages of the site's queue. Raises StoreError."""
    code = code_of(context)
    jobs = JobStore(stores.table(job_table()), context.clock)
    return Intake(stores.queue(command_queue(code)), jobs, code, context.log)


def _sources(
    context: AgentContext[JobsOptions], stores: Stores, journals: Stores, code: str
) -> list[JobSource]:
    """Return where jobs come from: also the store here, where messages become jobs, if there is a service."""
    options, owner = context.options, context.instance_id
    jobs = JobStore(stores.table(job_table()), context.clock)
    is_near = not context.site.stores.documents
    here = StoreSource(jobs, code, owner, options.lease, context.clock if is_near else None)
    return [here] if options.source == "store" else [_service(context, journals, code), here]


def _service(context: AgentContext[JobsOptions], journals: Stores, code: str) -> ServiceSource:
    options, owner = context.options, context.instance_id
    web = Web(options.source, options.site_key)

    def foreign() -> JobSource:
        spec = replace(job_table(), name=_JOURNAL)
        journal = JobStore(journals.table(spec), context.clock)
        return ForeignSource(web, journal, code, owner, options.lease, context.clock, context.log)

    claiming = ClaimingSource(web, code, owner, options.lease)
    return ServiceSource(web, claiming, foreign, f"{code}/held", owner)


def _header(stores: Stores, name: str) -> Mapping[str, Any] | None:
    """Return the header of an image, which may be named by any of its files."""
    base = "-".join(name.rpartition("/")[2].partition(".")[0].split("-")[:_PARTS_OF_A_BASE])
    found: Mapping[str, Any] | None = stores.images.header(base)
    return found
