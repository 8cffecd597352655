"""The stores of one observatory, each where its address says."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.clock import Clock, SystemClock
from ocs_sim.stores._addresses import StoreAddresses
from ocs_sim.stores._errors import StoreError
from ocs_sim.stores._object_port import ObjectStore
from ocs_sim.stores._queue_port import Queue, QueueSpec
from ocs_sim.stores._table_port import Table, TableSpec

if TYPE_CHECKING:
    from ocs_sim.stores._embedded import EmbeddedStores
    from ocs_sim.stores._images import ImageDatabase
    from ocs_sim.stores._images_record import ImageRecord
    from ocs_sim.stores._images_sqlite import SqliteRecorder


def open_stores(addresses: StoreAddresses, clock: Clock | None = None) -> Stores:
    """Return the stores, of which nothing is made or asked before it is used."""
    return Stores(addresses, clock or SystemClock())


class Stores:
    """Queues, tables, objects and images; safe for threads, to be closed at the end."""

    def __init__(self, addresses: StoreAddresses, clock: Clock) -> None:
        self._addresses = addresses
        self._clock = clock
        self._lock = threading.Lock()
        self._embedded: EmbeddedStores | None = None
        self._objects: ObjectStore | None = None
        self._images: ImageDatabase | None = None
        self._recorder: SqliteRecorder | None = None
        self._is_closed = False

    @property
    def addresses(self) -> StoreAddresses:
        """Where the stores are."""
        return self._addresses

    def queue(self, spec: QueueSpec) -> Queue:
        """Return a queue. Raises LimitExceeded, and StoreError when it cannot be had."""
        if not self._addresses.queue:
            return self._here().queue(spec)
        from ocs_sim.stores import _aws

        queue: Queue = _aws.open_queue(self._addresses.queue, spec, self._clock)
        return queue

    def table(self, spec: TableSpec) -> Table:
        """Return a table. Raises LimitExceeded, and StoreError when it cannot be had."""
        if not self._addresses.documents:
            return self._here().table(spec)
        from ocs_sim.stores import _aws

        table: Table = _aws.open_table(self._addresses.documents, spec, self._clock)
        return table

    @property
    def objects(self) -> ObjectStore:
        """The store of objects: a FileObjects when it is embedded."""
        if self._objects is None:
            self._objects = self._opened_objects()
        return self._objects

    @property
    def images(self) -> ImageDatabase:
        """The image database: `images.sqlite` when it is embedded."""
        from ocs_sim.stores._images import ImageDatabase

        with self._lock:
            self._check_open()
            if self._images is None:
                self._images = ImageDatabase(self._addresses.images or self._images_file, self._clock)
            return self._images

    def record_image(self, record: ImageRecord) -> None:
        """Do as `images.record`, but load no more than that needs, for who only records."""
        if not self._recorded(record):
            self.images.record(record)

    def _recorded(self, record: ImageRecord) -> bool:
        from ocs_sim.stores._images_sqlite import SqliteRecorder

        with self._lock:
            self._check_open()
            if self._addresses.images:
                return False
            if self._recorder is None:
                self._recorder = SqliteRecorder(self._images_file, self._clock)
        return self._recorder.record(record)

    @property
    def _images_file(self) -> Path:
        return self._addresses.directory / "images.sqlite"

    def close(self) -> None:
        """Close what was opened; receivers that wait come back with nothing."""
        with self._lock:
            self._is_closed = True
            embedded, self._embedded = self._embedded, None
            images, self._images = self._images, None
        if embedded is not None:
            embedded.close()
        if images is not None:
            images.close()

    def __enter__(self) -> Stores:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _here(self) -> EmbeddedStores:
        from ocs_sim.stores._embedded import EmbeddedStores

        with self._lock:
            self._check_open()
            if self._embedded is None:
                self._embedded = EmbeddedStores(self._addresses, self._clock)
            return self._embedded

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreError(fault=f"the stores in {self._addresses.directory} have been closed")

    def _opened_objects(self) -> ObjectStore:
        if not self._addresses.objects:
            return self._here().objects
        from ocs_sim.stores import _aws

        objects: ObjectStore = _aws.open_objects(self._addresses.objects, self._clock)
        return objects
