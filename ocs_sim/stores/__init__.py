"""Queues, documents, objects and the image database: embedded, or those of AWS and PostgreSQL."""

from ocs_sim.stores._addresses import StoreAddresses
from ocs_sim.stores._errors import (
    BadStoreAddress,
    ConditionFailed,
    LeaseLost,
    LimitExceeded,
    LinkRefused,
    NoSuchObject,
    NotAStore,
    NotProvisioned,
    ObjectExists,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from ocs_sim.stores._object_port import ObjectInfo, ObjectStore, UploadForm
from ocs_sim.stores._queue_port import Depth, Message, Queue, QueueSpec
from ocs_sim.stores._stores import Stores, open_stores
from ocs_sim.stores._table_port import Change, Document, IndexSpec, Key, Page, Table, TableSpec

__all__ = [
    "BadStoreAddress",
    "Change",
    "ConditionFailed",
    "Depth",
    "Document",
    "IndexSpec",
    "Key",
    "LeaseLost",
    "LimitExceeded",
    "LinkRefused",
    "Message",
    "NoSuchObject",
    "NotAStore",
    "NotProvisioned",
    "ObjectExists",
    "ObjectInfo",
    "ObjectStore",
    "Page",
    "Queue",
    "QueueSpec",
    "StoreAddresses",
    "StoreBusy",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnreachable",
    "Stores",
    "Table",
    "TableSpec",
    "UploadForm",
    "open_stores",
]
