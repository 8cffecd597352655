"""Queues, documents, objects and the image database: embedded, or those of AWS and PostgreSQL.

What needs SQLite, boto3 or SQLAlchemy is imported at first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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
    StoreGone,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from ocs_sim.stores._object_port import ObjectInfo, ObjectStore, UploadForm
from ocs_sim.stores._queue_port import Depth, Message, Queue, QueueSpec
from ocs_sim.stores._stores import Stores, open_stores
from ocs_sim.stores._table_port import Change, Document, IndexSpec, Key, Page, Table, TableSpec

if TYPE_CHECKING:
    from ocs_sim.stores._embedded import FileObjects, FormTerms, LinkTerms
    from ocs_sim.stores._images import ImageDatabase
    from ocs_sim.stores._images_record import ImageFilter, ImageRecord, literally

__all__ = [
    "BadStoreAddress",
    "Change",
    "ConditionFailed",
    "Depth",
    "Document",
    "FileObjects",
    "FormTerms",
    "ImageDatabase",
    "ImageFilter",
    "ImageRecord",
    "IndexSpec",
    "Key",
    "LeaseLost",
    "LimitExceeded",
    "LinkRefused",
    "LinkTerms",
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
    "StoreGone",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnreachable",
    "Stores",
    "Table",
    "TableSpec",
    "UploadForm",
    "literally",
    "open_stores",
]

_HOMES = {
    "FileObjects": "_embedded",
    "FormTerms": "_embedded",
    "ImageDatabase": "_images",
    "ImageFilter": "_images_record",
    "ImageRecord": "_images_record",
    "LinkTerms": "_embedded",
    "literally": "_images_record",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
