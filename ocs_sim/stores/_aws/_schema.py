"""A table's keys and indexes as DynamoDB describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.stores._table_port import IndexSpec, TableSpec


def key_schema(partition_key: str, sort_key: str | None) -> list[Any]:
    """Return keys as DynamoDB takes them."""
    schema = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    if sort_key is not None:
        schema.append({"AttributeName": sort_key, "KeyType": "RANGE"})
    return schema


def attributes_of(spec: TableSpec) -> list[Any]:
    """Return the types of all fields which are keys somewhere: texts."""
    orders = (IndexSpec(spec.partition_key, spec.sort_key), *spec.indexes.values())
    fields = {field: None for order in orders for field in (order.partition_key, order.sort_key) if field}
    return [{"AttributeName": field, "AttributeType": "S"} for field in fields]


def indexes_of(spec: TableSpec) -> list[Any]:
    """Return the indexes: with whole documents, and only those that have the index's keys."""
    return [
        {
            "IndexName": name,
            "KeySchema": key_schema(index.partition_key, index.sort_key),
            "Projection": {"ProjectionType": "ALL"},
        }
        for name, index in spec.indexes.items()
    ]


def unlike(spec: TableSpec, told: Mapping[str, Any]) -> list[str]:
    """Return what of a table is not as it should be."""
    faults = []
    if told.get("TableStatus") != "ACTIVE":
        faults.append(f"it is {told.get('TableStatus')}")
    if told["KeySchema"] != key_schema(spec.partition_key, spec.sort_key):
        faults.append(f"its keys are {_said(told['KeySchema'])}; they cannot be changed: delete it first")
    types = {field["AttributeName"]: field["AttributeType"] for field in told["AttributeDefinitions"]}
    wrong = [field for field in (spec.partition_key, spec.sort_key) if field and types.get(field, "S") != "S"]
    faults += [f"its key {field} is no text; delete it first" for field in wrong]
    there = {index["IndexName"]: index for index in told.get("GlobalSecondaryIndexes", [])}
    for index in indexes_of(spec):
        faults += _unlike_index(index, there.get(index["IndexName"]))
    if spec.changes and told.get("StreamSpecification", {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        faults.append("its changes are not kept whole (NEW_AND_OLD_IMAGES)")
    return faults


def _unlike_index(wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> list[str]:
    name = wanted["IndexName"]
    if found is None:
        return [f"it has no index {name}"]
    faults = []
    if found["KeySchema"] != wanted["KeySchema"]:
        faults.append(
            f"the keys of its index {name} are {_said(found['KeySchema'])}; delete that index first"
        )
    if found["Projection"].get("ProjectionType") != "ALL":
        faults.append(f"its index {name} has not whole documents; delete that index first")
    if found.get("IndexStatus", "ACTIVE") != "ACTIVE":
        faults.append(f"its index {name} is {found['IndexStatus']}")
    return faults


def _said(schema: list[Mapping[str, str]]) -> str:
    return "(" + ", ".join(key["AttributeName"] for key in schema) + ")"
