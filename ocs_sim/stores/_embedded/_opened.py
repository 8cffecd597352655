"""The embedded stores of one directory, made at first use."""

from __future__ import annotations

import threading
from pathlib import Path

from ocs_sim.clock import Clock
from ocs_sim.stores._addresses import StoreAddresses
from ocs_sim.stores._embedded._database import Database, Format
from ocs_sim.stores._embedded._objects import FileObjects
from ocs_sim.stores._embedded._queue import QUEUES, SqliteQueue
from ocs_sim.stores._embedded._table import SqliteTable
from ocs_sim.stores._embedded._table_layout import TABLES
from ocs_sim.stores._queue_port import QueueSpec
from ocs_sim.stores._table_port import TableSpec


class EmbeddedStores:
    """`queues.sqlite`, `tables.sqlite`, `objects.sqlite` and `objects/` in one directory."""

    def __init__(self, addresses: StoreAddresses, clock: Clock) -> None:
        self._directory = addresses.directory
        self._link_base = addresses.link_base
        self._clock = clock
        self._databases: dict[Path, Database] = {}
        self._objects: FileObjects | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()

    def queue(self, spec: QueueSpec) -> SqliteQueue:
        """Return a queue."""
        return SqliteQueue(self._database("queues.sqlite", QUEUES), spec, self._clock, self._closing)

    def table(self, spec: TableSpec) -> SqliteTable:
        """Return a table."""
        return SqliteTable(self._database("tables.sqlite", TABLES), spec, self._clock)

    @property
    def objects(self) -> FileObjects:
        """The objects."""
        with self._lock:
            if self._objects is None:
                self._objects = FileObjects(self._directory, self._link_base, self._clock)
            return self._objects

    def close(self) -> None:
        """Close the files."""
        self._closing.set()
        with self._lock:
            for database in self._databases.values():
                database.close()
            if self._objects is not None:
                self._objects.close()

    def _database(self, name: str, file_format: Format) -> Database:
        path = self._directory / name
        with self._lock:
            if path not in self._databases:
                self._databases[path] = Database(path, file_format)
            return self._databases[path]
