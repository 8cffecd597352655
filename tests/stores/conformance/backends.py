"""What the suite asks of whatever keeps the stores."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from ocs_sim.clock import Clock
from ocs_sim.stores import ObjectStore, Queue, QueueSpec, StoreAddresses, Table, TableSpec, open_stores
from tests.stores.clocks import HandClock
from tests.stores.conformance.object_server import served


class Backend(Protocol):
    """One kind of stores, empty at the beginning of a test.

    `gaps` are tests by name that cannot pass, each with the reason: such a test is expected to fail, and
    it is an error when it passes all the same.
    """

    clock: Clock
    gaps: Mapping[str, str]

    def queue(self, spec: QueueSpec) -> Queue:
        """Make a queue, or return the one of that name; dead letters' queues are made first."""
        ...

    def table(self, spec: TableSpec) -> Table:
        """Make a table, or return the one of that name."""
        ...

    def objects(self) -> ObjectStore:
        """Return the store of objects, always the same in one test."""
        ...

    def advance(self, seconds: float) -> None:
        """Let time pass: wait if it is short, skip the test if time cannot be turned."""
        ...

    def serving(self) -> AbstractContextManager[None]:
        """Answer links and forms over HTTP meanwhile, if nobody else does."""
        ...


class Embedded:
    """Stores in files."""

    gaps: Mapping[str, str] = {}

    def __init__(self, directory: Path) -> None:
        self.clock = HandClock()
        self._server = served()
        self.stores = open_stores(StoreAddresses(directory, link_base=self._server.base), self.clock)

    def queue(self, spec: QueueSpec) -> Queue:
        return self.stores.queue(spec)

    def table(self, spec: TableSpec) -> Table:
        return self.stores.table(spec)

    def objects(self) -> ObjectStore:
        return self.stores.objects

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def serving(self) -> AbstractContextManager[None]:
        return self._server.serving(self.stores.objects)

    def close(self) -> None:
        self.stores.close()
        self._server.close()
