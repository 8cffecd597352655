"""A job as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ocs_sim.jobs._history import HistoryEntry
from ocs_sim.jobs._status import has_ended, has_started
from ocs_sim.jobs._urgent import is_urgent
from ocs_sim.jobs._wire import detail_of, wire_object


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on a job, and until when (unix seconds) nobody else may."""

    owner: str
    until_unix: float


@dataclass(frozen=True, slots=True)
class Job:
    """A job of a site. `status` is that of the primary queue, `replica_status` that of the alternate one.

    Numbers in the parameters are int when they are whole, else float. `deliveries` counts how often
    somebody took it; `revision` changes with every change.
    """

    site: str
    ulid: str
    status: str
    replica_status: str
    user_name: str = ""
    user_id: str = ""
    user_roles: tuple[str, ...] = ()
    timestamp_ms: int = 0
    device_type: str = ""
    device_instance: str = ""
    action: str = ""
    optional_params: Mapping[str, Any] = field(default_factory=dict)
    required_params: Mapping[str, Any] = field(default_factory=dict)
    seconds_until_complete: int | float | str | None = None
    history: tuple[HistoryEntry, ...] = ()
    result: Mapping[str, Any] | None = None
    lease: Lease | None = None
    source: str = ""
    session: Mapping[str, Any] | None = None
    deliveries: int = 0
    revision: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether its status is final."""
        return has_ended(self.status)

    @property
    def was_started(self) -> bool:
        """Whether somebody began it, and it has not ended: who claims it has to look how far it is."""
        return has_started(self.status)

    @property
    def is_urgent(self) -> bool:
        """Whether it stops something, and must not wait behind others."""
        return is_urgent(self.action, self.required_params)

    @property
    def created_unix(self) -> float:
        """When it came to the store, by the store's clock; its name may tell another clock's time."""
        return self.history[0].unix if self.history else self.timestamp_ms / 1000

    def to_wire(self) -> dict[str, Any]:
        """Return the object that photonranch-jobs answers with."""
        return wire_object(self)

    def to_detail(self) -> dict[str, Any]:
        """Return the same with all else that we know: history, result, lease, source, session."""
        return detail_of(self)
