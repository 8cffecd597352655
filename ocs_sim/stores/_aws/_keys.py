"""What a table is called, and which fields it, or an index of it, is ordered by."""

from __future__ import annotations

from ocs_sim.stores._aws_address import NamedResources
from ocs_sim.stores._limits import check_table_spec
from ocs_sim.stores._table_port import TableSpec


def table_name(place: NamedResources, name: str) -> str:
    """Return what DynamoDB calls a table of ours. Raises LimitExceeded when that is too long."""
    check_table_spec(TableSpec(place.name(name), "key"))
    return place.name(name)


def key_names(spec: TableSpec) -> tuple[str, ...]:
    """Return the names of the partition key and, if there is one, of the sort key."""
    return (spec.partition_key,) if spec.sort_key is None else (spec.partition_key, spec.sort_key)


def index_keys(spec: TableSpec, index: str | None) -> tuple[str, str | None]:
    """Return the partition key and the sort key of an index, or of the table itself."""
    order = spec if index is None else spec.indexes[index]
    return order.partition_key, order.sort_key
