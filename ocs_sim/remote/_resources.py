"""Which queues and tables sites need; observatory_simulator's names, less its suffix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ocs_sim.stores import QueueSpec, TableSpec

COMMAND_GROUP = "LandOfSunshine"
"""The message group of all commands of a site: they are carried out in the order in which they were given."""
_DELIVERIES = 5


@dataclass(frozen=True, slots=True)
class Resources:
    """What `obsbow aws init` makes, in the order in which it has to be made."""

    queues: tuple[QueueSpec, ...]
    tables: tuple[TableSpec, ...]


def command_queue(site: str) -> QueueSpec:
    """Return the queue of commands to a site."""
    return QueueSpec(
        f"{site}_from_aws", max_deliveries=_DELIVERIES, dead_letters=dead_letter_queue(site).name
    )


def dead_letter_queue(site: str) -> QueueSpec:
    """Return the queue of messages which the site could not take."""
    return QueueSpec(f"{site}_from_aws_dead")


def state_table(site: str) -> TableSpec:
    """Return the table of the one document that says how a site is."""
    return TableSpec(f"{site}_state", "State")


def all_resources(site_codes: Iterable[str]) -> Resources:
    """Return everything that these sites need, and what they share."""
    from ocs_sim.jobs import job_table
    from ocs_sim.reservations import event_table

    codes = list(site_codes)
    queues = [queue for code in codes for queue in (dead_letter_queue(code), command_queue(code))]
    return Resources(tuple(queues), (job_table(), event_table(), *(state_table(code) for code in codes)))
