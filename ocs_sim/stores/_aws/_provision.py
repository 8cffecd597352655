"""Making, looking at and removing what is kept in AWS: queues, tables and the bucket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ocs_sim.stores._addresses import StoreAddresses
from ocs_sim.stores._aws._provision_bucket import BucketProvision
from ocs_sim.stores._aws._provision_queues import QueueProvision
from ocs_sim.stores._aws._provision_tables import TableProvision
from ocs_sim.stores._aws._state import ResourceState
from ocs_sim.stores._aws_address import parse_object_address, parse_queue_address, parse_table_address
from ocs_sim.stores._limits import check_queue_spec, check_table_spec
from ocs_sim.stores._queue_port import QueueSpec
from ocs_sim.stores._table_port import TableSpec


class Wanted(Protocol):
    """What is to be there, in the order in which it has to be made."""

    @property
    def queues(self) -> Sequence[QueueSpec]:
        """The queues, those of dead letters before those that send them there."""
        ...

    @property
    def tables(self) -> Sequence[TableSpec]:
        """The tables."""
        ...


class Provisioner:
    """Makes and removes what the addresses name in AWS; what is embedded it leaves alone."""

    def __init__(self, addresses: StoreAddresses) -> None:
        """Raises BadStoreAddress. Nothing is asked of AWS yet."""
        self._queues = QueueProvision(parse_queue_address(addresses.queue)) if addresses.queue else None
        self._tables = (
            TableProvision(parse_table_address(addresses.documents)) if addresses.documents else None
        )
        self._bucket = BucketProvision(parse_object_address(addresses.objects)) if addresses.objects else None

    @property
    def has_work(self) -> bool:
        """Whether any store is in AWS."""
        return any((self._queues, self._tables, self._bucket))

    @property
    def bucket(self) -> BucketProvision | None:
        """The bucket, if objects are kept in one."""
        return self._bucket

    def status(self, wanted: Wanted) -> list[ResourceState]:
        """Return of each resource whether it is there, and as it should be."""
        states = []
        if self._queues:
            states += [self._queues.state(spec) for spec in wanted.queues]
        if self._tables:
            states += [self._tables.state(spec) for spec in wanted.tables]
        if self._bucket:
            states.append(self._bucket.state())
        return states

    def create(self, wanted: Wanted) -> list[ResourceState]:
        """Make what is missing and mend what differs, as far as AWS lets; wait until all can be used.

        Raises LimitExceeded before anything is made.
        """
        for queue in wanted.queues:
            check_queue_spec(queue)
        for table in wanted.tables:
            check_table_spec(table)
        states = []
        if self._tables:
            # AWS makes tables side by side, while queues and the bucket are made.
            started = [(spec, self._tables.start(spec)) for spec in wanted.tables]
        if self._queues:
            states += [self._queues.create(spec) for spec in wanted.queues]
        if self._tables:
            states += [self._tables.finish(spec, was_made) for spec, was_made in started]
        if self._bucket:
            states.append(self._bucket.create())
        return states

    def delete(self, wanted: Wanted) -> list[ResourceState]:
        """Remove queues and tables with all that is in them; the bucket and its objects stay."""
        states = []
        if self._queues:
            states += [self._queues.delete(spec) for spec in reversed(wanted.queues)]
        if self._tables:
            started = [(spec, self._tables.start_delete(spec)) for spec in wanted.tables]
            states += [self._tables.finish_delete(spec, was_there) for spec, was_there in started]
        return states

    def delete_objects(self, prefixes: Iterable[str]) -> list[ResourceState]:
        """Remove the objects whose keys begin with one of `prefixes`."""
        return [] if self._bucket is None else [self._bucket.delete_objects(prefix) for prefix in prefixes]
