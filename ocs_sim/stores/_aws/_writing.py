"""Many documents in few requests."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ocs_sim.stores._errors import StoreUnreachable
from ocs_sim.stores._table_port import Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# As many as DynamoDB takes at once.
_BATCH = 25
_TRIES = 10
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 5.0


def write_many(client: DynamoDBClient, table: str, items: Iterable[tuple[Key, Mapping[str, Any]]]) -> None:
    """Write items in batches; of those with the same key the last one stays, as if written one by one."""
    batch: dict[Key, Mapping[str, Any]] = {}
    for key, item in items:
        # DynamoDB refuses a batch with the same key twice.
        batch[key] = item
        if len(batch) == _BATCH:
            _write(client, table, batch.values())
            batch = {}
    if batch:
        _write(client, table, batch.values())


def _write(client: DynamoDBClient, table: str, items: Iterable[Mapping[str, Any]]) -> None:
    requests: Any = {table: [{"PutRequest": {"Item": item}} for item in items]}
    for tried in range(_TRIES):
        requests = client.batch_write_item(RequestItems=requests).get("UnprocessedItems")
        if not requests:
            return
        # What it had no capacity for it gives back, and wants to be asked again later.
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**tried)
        threading.Event().wait(random.uniform(0, longest))  # noqa: S311 -- nothing secret
    raise StoreUnreachable(
        store=f"the table {table} of DynamoDB",
        fault=f"{len(requests.get(table, []))} documents were given back {_TRIES} times",
    )
