"""Queries and scans of DynamoDB: as many of its pages as it takes."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.stores._aws._expressions import Expression
from ocs_sim.stores._aws._keys import index_keys, key_names
from ocs_sim.stores._aws._values import encode
from ocs_sim.stores._errors import LimitExceeded
from ocs_sim.stores._table_port import Document, Page, TableSpec


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which part of a partition is wanted; at most one kind is given."""

    prefix: str | None
    between: tuple[str, str] | None
    below: str | None
    at_least: str | None

    def condition(self, expression: Expression, sort_key: str) -> str | None:
        """Return the condition on the sort key, if there is one."""
        name = expression.name(sort_key)
        if self.prefix is not None:
            return f"begins_with({name}, {expression.value(self.prefix)})"
        if self.between is not None:
            low, high = self.between
            return f"{name} BETWEEN {expression.value(low)} AND {expression.value(high)}"
        if self.below is not None:
            return f"{name} < {expression.value(self.below)}"
        return f"{name} >= {expression.value(self.at_least)}"

    @property
    def given(self) -> bool:
        """Whether there is a bound at all."""
        return any(bound is not None for bound in (self.prefix, self.between, self.below, self.at_least))


def query(
    spec: TableSpec, table: str, partition: str, index: str | None, bounds: Bounds, reverse: bool
) -> dict[str, Any]:
    """Return what boto3's query takes."""
    partition_key, sort_key = index_keys(spec, index)
    expression = Expression()
    condition = f"{expression.name(partition_key)} = {expression.value(partition)}"
    if bounds.given and sort_key is not None:
        condition += f" AND {bounds.condition(expression, sort_key)}"
    chosen = {"ConsistentRead": True} if index is None else {"IndexName": index}
    return {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ScanIndexForward": not reverse,
        **chosen,
        **expression.arguments(),
    }


def pages(
    read: Callable[..., Any], asked: Mapping[str, Any], start: dict[str, Any] | None, limit: int | None
) -> Iterator[dict[str, Any]]:
    """Yield items over all pages; `limit` says how many are likely wanted, to read no more at once."""
    more = {} if limit is None else {"Limit": limit + 1}
    while True:
        answer = read(**asked, **more, **({"ExclusiveStartKey": start} if start else {}))
        yield from answer.get("Items", [])
        start = answer.get("LastEvaluatedKey")
        if not start:
            return


def page(spec: TableSpec, index: str | None, documents: Iterator[Document], limit: int | None) -> Page:
    """Return up to `limit` documents, and where to go on if there are more."""
    if limit is None:
        return Page(list(documents))
    found = list(itertools.islice(documents, limit + 1))
    if len(found) <= limit:
        return Page(found)
    return Page(found[:limit], _after(spec, index, found[limit - 1]))


def start_key(spec: TableSpec, index: str | None, after: str) -> dict[str, Any]:
    """Return the key after which a page begins. Raises LimitExceeded when `after` is not from a page."""
    try:
        key = json.loads(base64.urlsafe_b64decode(after))
    except (binascii.Error, ValueError) as error:
        raise LimitExceeded(what="A query", fault=f"{after!r} is not where a page of it ended") from error
    if not isinstance(key, dict) or set(key) != _ordering(spec, index):
        raise LimitExceeded(what="A query", fault=f"{after!r} is where a page of another query ended")
    return encode(key)


def _after(spec: TableSpec, index: str | None, last: Document) -> str:
    key = {name: last[name] for name in sorted(_ordering(spec, index))}
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _ordering(spec: TableSpec, index: str | None) -> set[str]:
    return {name for name in (*key_names(spec), *index_keys(spec, index)) if name is not None}
