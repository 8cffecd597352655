"""What no store takes, whoever keeps it: the limits of AWS's services, so that nothing works only offline.

Each check raises LimitExceeded. Sources: the quotas of SQS (FIFO), DynamoDB and S3 in AWS's own guides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ocs_sim.stores._documents import MAX_DOCUMENT_BYTES, normal_value, text_bytes
from ocs_sim.stores._errors import LimitExceeded
from ocs_sim.stores._queue_port import QueueSpec
from ocs_sim.stores._table_port import Document, IndexSpec, Key, TableSpec

MAX_BODY_BYTES = 1024 * 1024
MAX_LEASE_SECONDS = 12 * 3600
MAX_WAIT_SECONDS = 20
MAX_RECEIVED = 10
MAX_LINK_SECONDS = 7 * 86400
MAX_OBJECT_KEY_BYTES = 1024
MAX_METADATA_BYTES = 2048
MAX_PARTITION_KEY_BYTES = 2048
MAX_SORT_KEY_BYTES = 1024
MAX_INDEXES = 20
DEDUPLICATION_SECONDS = 300

_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}")
_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_FIELD_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")
_TOKEN = re.compile(r"[!-~]{1,128}")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_METADATA_NAME = re.compile(r"[a-z0-9_.-]+")
_METADATA_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")


def _require(holds: bool, what: str, fault: str) -> None:
    if not holds:
        raise LimitExceeded(what=what, fault=fault)


def check_queue_spec(spec: QueueSpec) -> None:
    """Refuse a queue that SQS would not make."""
    what = f"the queue {spec.name!r}"
    for name in (spec.name, spec.dead_letters):
        fault = f"its name {name!r} must have 1 to 75 letters, digits, '-' and '_'"
        _require(name is None or bool(_QUEUE_NAME.fullmatch(name)), what, fault)
    _require(60 <= spec.retention_seconds <= 14 * 86400, what, "messages are kept 60 s to 14 days")
    _check_lease(spec.lease_seconds, what)
    both = (spec.max_deliveries is None) == (spec.dead_letters is None)
    _require(both, what, "max_deliveries and dead_letters go together")
    _require(1 <= (spec.max_deliveries or 1) <= 1000, what, "messages are delivered 1 to 1000 times")
    _require(spec.dead_letters != spec.name, what, "its dead letters cannot go to itself")


def check_message(body: str, group: str, deduplication_id: str | None, spec: QueueSpec) -> None:
    """Refuse a message that SQS would not take."""
    check_body(body)
    fault = "it has 1 to 128 letters, digits and ASCII's signs, without spaces"
    _require(bool(_TOKEN.fullmatch(group)), f"a message of the group {group!r}", fault)
    if deduplication_id is None:
        fault = "it needs a deduplication_id, as its queue does not make one of the content"
        _require(spec.content_deduplication, f"a message to {spec.name}", fault)
        return
    what = f"a message with the deduplication_id {deduplication_id!r}"
    _require(bool(_TOKEN.fullmatch(deduplication_id)), what, fault)


def check_body(body: str) -> None:
    """Refuse a body which is empty, over 1 MiB, or holds characters that XML has not."""
    what = "the body of a message"
    _require(bool(body), what, "it is empty")
    _require(text_bytes(body, what) <= MAX_BODY_BYTES, what, f"it is over {MAX_BODY_BYTES} bytes")
    strange = _NOT_XML.search(body)
    _require(strange is None, what, f"it holds a character that XML has not: {strange and strange.group()!r}")


def check_receive(limit: int, lease_seconds: int | None, wait_seconds: float) -> None:
    """Refuse what SQS's ReceiveMessage would not do."""
    what = "a call of receive()"
    _require(1 <= limit <= MAX_RECEIVED, what, f"limit is 1 to {MAX_RECEIVED}")
    _require(0 <= wait_seconds <= MAX_WAIT_SECONDS, what, f"wait_seconds is 0 to {MAX_WAIT_SECONDS}")
    if lease_seconds is not None:
        _check_lease(lease_seconds, what)


def check_extend(lease_seconds: int) -> None:
    """Refuse a lease that SQS would not give."""
    _check_lease(lease_seconds, "a call of extend()")


def _check_lease(seconds: int, what: str) -> None:
    holds = isinstance(seconds, int) and 0 <= seconds <= MAX_LEASE_SECONDS
    _require(holds, what, "lease_seconds is a whole number from 0 to 12 hours")


def check_table_spec(spec: TableSpec) -> None:
    """Refuse a table that DynamoDB would not make."""
    what = f"the table {spec.name!r}"
    fault = "its name must have 3 to 255 letters, digits, '-', '_' and '.'"
    _require(bool(_TABLE_NAME.fullmatch(spec.name)), what, fault)
    _require(len(spec.indexes) <= MAX_INDEXES, what, f"it has more than {MAX_INDEXES} indexes")
    for name in spec.indexes:
        _require(bool(_TABLE_NAME.fullmatch(name)), what, f"an index has a name like a table's, not {name!r}")
    for keys in (IndexSpec(spec.partition_key, spec.sort_key), *spec.indexes.values()):
        _require(keys.partition_key != keys.sort_key, what, "partition and sort key are two fields")
        for field in (keys.partition_key, keys.sort_key):
            fault = f"a key field is called by letters, digits, '-', '_' and '.', not {field!r}"
            _require(field is None or bool(_FIELD_NAME.fullmatch(field)), what, fault)
    fault = f"the field that says when documents expire is called like a key field, not {spec.expires_key!r}"
    _require(spec.expires_key is None or bool(_FIELD_NAME.fullmatch(spec.expires_key)), what, fault)


def check_key(spec: TableSpec, key: Key) -> None:
    """Refuse a key that is not the table's."""
    wanted = [field for field in (spec.partition_key, spec.sort_key) if field is not None]
    if not isinstance(key, tuple) or len(key) != len(wanted):
        raise LimitExceeded(what=f"{key!r} of {spec.name}", fault=f"a key is ({', '.join(wanted)})")
    for field, value, most_bytes in zip(
        wanted, key, (MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES), strict=False
    ):
        _check_key_text(field, value, most_bytes)


def check_document(spec: TableSpec, document: Mapping[str, Any]) -> Document:
    """Return a document as it will be read again; refuse one that DynamoDB would not take."""
    what = f"a document of {spec.name}"
    _require(isinstance(document, Mapping), what, f"it is a {type(document).__name__}")
    # The document itself is no level.
    normal, size = normal_value(document, "", 0)
    _require(
        size <= MAX_DOCUMENT_BYTES, what, f"it has {size} bytes, which are more than {MAX_DOCUMENT_BYTES}"
    )
    _require(spec.partition_key in normal, what, f"it lacks its key {spec.partition_key!r}")
    _require(spec.sort_key is None or spec.sort_key in normal, what, f"it lacks its key {spec.sort_key!r}")
    for keys in (IndexSpec(spec.partition_key, spec.sort_key), *spec.indexes.values()):
        if keys.partition_key in normal:
            _check_key_text(keys.partition_key, normal[keys.partition_key], MAX_PARTITION_KEY_BYTES)
        if keys.sort_key is not None and keys.sort_key in normal:
            _check_key_text(keys.sort_key, normal[keys.sort_key], MAX_SORT_KEY_BYTES)
    return dict(normal)


def check_update(spec: TableSpec, *changes: Iterable[str]) -> None:
    """Refuse to change a field in two ways at once, or one of the key. `changes` are fields' names by way."""
    seen = {spec.partition_key: "the key", spec.sort_key: "the key"}
    for fields in changes:
        for name in fields:
            what = f"a change of {name!r}"
            _require(name not in seen, what, f"{seen.get(name)} says already what becomes of it")
            seen[name] = "the same call"


def check_expected(expect: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what a document is expected to hold, as it would be read."""
    return {
        name: None if value is None else normal_value(value, f"the expected {name!r}")[0]
        for name, value in (expect or {}).items()
    }


def check_query(
    spec: TableSpec,
    partition: str,
    *,
    index: str | None,
    prefix: str | None,
    between: tuple[str, str] | None,
    below: str | None,
    at_least: str | None,
    limit: int | None,
) -> IndexSpec:
    """Return the keys to look by; refuse a query that DynamoDB would not answer."""
    what = f"a query of {spec.name}"
    _require(index is None or index in spec.indexes, what, f"it has no index {index!r}")
    keys = IndexSpec(spec.partition_key, spec.sort_key) if index is None else spec.indexes[index]
    _check_key_text(keys.partition_key, partition, MAX_PARTITION_KEY_BYTES)
    bounds = [bound for bound in (prefix, between, below, at_least) if bound is not None]
    _require(len(bounds) <= 1, what, "it has more than one kind of bound")
    _require(not bounds or keys.sort_key is not None, what, "there is no sort key to be bound")
    _require(limit is None or limit >= 1, what, "its limit is less than 1")
    for bound in bounds:
        for text in (bound,) if isinstance(bound, str) else bound:
            _check_key_text(str(keys.sort_key), text, MAX_SORT_KEY_BYTES)
    _require(
        between is None or between[0] <= between[1], what, "the ends of `between` are the wrong way round"
    )
    return keys


def _check_key_text(field: str, value: Any, most_bytes: int) -> None:
    if isinstance(value, str) and value.isascii() and 0 < len(value) <= most_bytes and "\0" not in value:
        return
    what = f"the key {field!r}"
    _require(
        isinstance(value, str) and bool(value), what, f"it must be a text with a character, not {value!r}"
    )
    size = text_bytes(value, what)
    _require(size <= most_bytes, what, f"it has {size} bytes, which are more than {most_bytes}")
    _require("\0" not in value, what, "it holds a NUL")


def check_object_key(key: str) -> None:
    """Refuse a key that S3, the XML of its listings, or a link would not take."""
    _check_object_text(key)
    # Whoever follows a link, a browser or `requests`, leaves such parts out of the path that he asks for.
    dots = not {".", ".."}.isdisjoint(key.split("/"))
    _require(not dots, f"the object {key!r}", "its key has a part '.' or '..', to which no link can lead")


def _check_object_text(key: str) -> None:
    what = f"the object {key!r}"
    _require(isinstance(key, str) and bool(key), what, "its key is empty")
    size = text_bytes(key, what)
    _require(
        size <= MAX_OBJECT_KEY_BYTES, what, f"its key has {size} bytes, more than {MAX_OBJECT_KEY_BYTES}"
    )
    strange = _NOT_XML.search(key)
    _require(
        strange is None, what, f"its key holds a character that XML has not: {strange and strange.group()!r}"
    )


def check_object_prefix(prefix: str) -> None:
    """Refuse what no object's key can begin with."""
    if prefix:
        _check_object_text(prefix)


def check_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Return an object's metadata: lower-case names, printable ASCII, up to 2 KB in all."""
    found = dict(metadata or {})
    what = "an object's metadata"
    for name, value in found.items():
        known = isinstance(name, str) and bool(_METADATA_NAME.fullmatch(name))
        _require(known, what, f"a name has lower-case letters, digits, '-', '_' and '.', not {name!r}")
        fine = isinstance(value, str) and (not value or bool(_METADATA_VALUE.fullmatch(value)))
        _require(fine, what, f"{name!r} must be printable ASCII without spaces at its ends, not {value!r}")
    size = sum(len(name) + len(value) for name, value in found.items())
    _require(
        size <= MAX_METADATA_BYTES, what, f"it has {size} bytes, which are more than {MAX_METADATA_BYTES}"
    )
    return found


def check_content_type(content_type: str) -> None:
    """Refuse a content type that cannot be a header."""
    fine = bool(_METADATA_VALUE.fullmatch(content_type)) and len(content_type) <= 1024
    _require(fine, f"the content type {content_type!r}", "it must be printable ASCII")


def check_range(start: int | None, end: int | None) -> None:
    """Refuse a range of no bytes: HTTP cannot ask for one."""
    first = 0 if start is None else start
    fine = first >= 0 and (end is None or end > first)
    _require(fine, f"a range {start} to before {end}", "it must begin at 0 or later and hold a byte")


def check_expiry(seconds: int) -> None:
    """Refuse a link for longer than S3 signs one."""
    fine = isinstance(seconds, int) and 1 <= seconds <= MAX_LINK_SECONDS
    _require(fine, f"a link for {seconds} s", "it lasts a whole number of seconds, 1 s to 7 days")


def check_max_bytes(max_bytes: int | None) -> None:
    """Refuse a form for nothing, or for more than S3 takes at once."""
    fine = max_bytes is None or 1 <= max_bytes <= 5 * 1024**3
    _require(fine, f"a form for {max_bytes} bytes", "it takes 1 byte to 5 GiB")


def check_changes(spec: TableSpec, limit: int) -> None:
    """Refuse to tell changes of a table that keeps none."""
    _require(spec.changes, f"a look at the changes of {spec.name}", "the table was made without `changes`")
    _require(limit >= 1, f"a look at the changes of {spec.name}", "its limit is less than 1")
