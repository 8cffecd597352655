"""Tables of DynamoDB, made beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError

from ocs_sim.clock import Clock
from ocs_sim.stores._aws import _clients, _reading
from ocs_sim.stores._aws._changes import ChangeReader
from ocs_sim.stores._aws._expressions import Expression
from ocs_sim.stores._aws._faults import code_of, speaking_to
from ocs_sim.stores._aws._keys import key_names, table_name
from ocs_sim.stores._aws._values import decode, encode
from ocs_sim.stores._aws._writing import write_many
from ocs_sim.stores._aws_address import NamedResources
from ocs_sim.stores._embedded._edits import edited
from ocs_sim.stores._errors import ConditionFailed
from ocs_sim.stores._limits import (
    check_changes,
    check_document,
    check_expected,
    check_key,
    check_query,
    check_table_spec,
    check_update,
)
from ocs_sim.stores._table_port import Change, Document, Key, Page, TableSpec

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Answer = TypeVar("Answer")
_CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoTable:
    """A table of DynamoDB, which `obsbow aws init` made."""

    def __init__(self, place: NamedResources, spec: TableSpec, clock: Clock) -> None:
        """`clock` says which documents have expired. Nothing is asked of DynamoDB before the first use."""
        check_table_spec(spec)
        self._spec = spec
        self._place = place
        self._name = table_name(place, spec.name)
        self._clock = clock
        self._changes = ChangeReader(place, spec)

    @property
    def spec(self) -> TableSpec:
        """What the table was made as."""
        return self._spec

    def put(
        self, document: Mapping[str, Any], *, absent: bool = False, expect: Mapping[str, Any] | None = None
    ) -> None:
        """Write a whole document; with `absent` only if there is none. Raises ConditionFailed."""
        item = encode(check_document(self._spec, document))
        expected = check_expected(expect)
        key = self._key_of(document)

        def write(expression: Expression) -> None:
            if absent:
                expression.require(f"attribute_not_exists({expression.name(self._spec.partition_key)})")
            expression.expect(expected)
            self._client.put_item(TableName=self._name, Item=item, **expression.arguments())

        if absent or expect:
            self._on_condition(key, write)
        else:
            with self._speaking():
                write(Expression())

    def get(self, *key: str) -> Document | None:
        """Return a document as the latest write left it."""
        check_key(self._spec, key)
        with self._speaking():
            answer = self._client.get_item(TableName=self._name, Key=self._encoded(key), ConsistentRead=True)
        item = answer.get("Item")
        return None if item is None else self._alive(decode(item))

    def update(
        self,
        key: Key,
        *,
        set: Mapping[str, Any] | None = None,  # noqa: A002 - the field's word
        add: Mapping[str, int | Decimal] | None = None,
        append: Mapping[str, Sequence[Any]] | None = None,
        remove: Iterable[str] = (),
        expect: Mapping[str, Any] | None = None,
        must_exist: bool = True,
    ) -> Document:
        """Change fields of one document at once; return the new document. Raises ConditionFailed."""
        removed = tuple(remove)
        check_key(self._spec, key)
        check_update(self._spec, set or {}, add or {}, append or {}, removed)
        # What DynamoDB would refuse in any document is refused here; of what is in this one it knows.
        check_document(self._spec, edited(self._fields_of(key), set or {}, add or {}, append or {}, ()))
        expected = check_expected(expect)

        def write(expression: Expression) -> Document:
            if must_exist:
                expression.require(f"attribute_exists({expression.name(self._spec.partition_key)})")
            expression.expect(expected)
            expression.change(set or {}, add or {}, append or {}, removed)
            return decode(
                self._client.update_item(
                    TableName=self._name,
                    Key=self._encoded(key),
                    ReturnValues="ALL_NEW",
                    **expression.arguments(),
                )["Attributes"]
            )

        return self._on_condition(key, write)

    def delete(self, key: Key, *, expect: Mapping[str, Any] | None = None) -> Document | None:
        """Remove a document; return what it was. Raises ConditionFailed."""
        check_key(self._spec, key)
        expected = check_expected(expect)

        def write(expression: Expression) -> Document:
            expression.expect(expected)
            answer = self._client.delete_item(
                TableName=self._name,
                Key=self._encoded(key),
                ReturnValues="ALL_OLD",
                **expression.arguments(),
            )
            return decode(answer.get("Attributes", {}))

        if expect:
            return self._on_condition(key, write) or None
        with self._speaking():
            return self._alive(write(Expression()))

    def put_many(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Write many documents, not all at once."""

        def items() -> Iterator[tuple[Key, Mapping[str, Any]]]:
            for document in documents:
                yield self._key_of(document), encode(check_document(self._spec, document))

        with self._speaking():
            write_many(self._client, self._name, items())

    def query(
        self,
        partition: str,
        *,
        index: str | None = None,
        prefix: str | None = None,
        between: tuple[str, str] | None = None,
        below: str | None = None,
        at_least: str | None = None,
        reverse: bool = False,
        limit: int | None = None,
        after: str | None = None,
    ) -> Page:
        """Return the documents of a partition in the order of the sort key; at most one kind of bound."""
        check_query(
            self._spec,
            partition,
            index=index,
            prefix=prefix,
            between=between,
            below=below,
            at_least=at_least,
            limit=limit,
        )
        bounds = _reading.Bounds(prefix, between, below, at_least)
        asked = _reading.query(self._spec, self._name, partition, index, bounds, reverse)
        start = None if after is None else _reading.start_key(self._spec, index, after)
        with self._speaking():
            pages = _reading.pages(self._client.query, asked, start, limit)
            return _reading.page(self._spec, index, filter(self._alive, map(decode, pages)), limit)

    def scan(self) -> Iterator[Document]:
        """Yield all documents, in no order."""
        with self._speaking():
            asked = {"TableName": self._name, "ConsistentRead": True}
            yield from filter(self._alive, map(decode, _reading.pages(self._client.scan, asked, None, None)))

    def changes(self, after: str | None = None, *, limit: int = 1000) -> list[Change]:
        """Return changes after a position (None: the oldest of the last 24 h), in order for each key."""
        check_changes(self._spec, limit)
        with self._speaking():
            return self._changes.read(self._client, after, limit)

    def latest_position(self) -> str | None:
        """Return the position to go on from when only what comes is wanted."""
        check_changes(self._spec, 1)
        with self._speaking():
            return self._changes.latest(self._client)

    def _on_condition(self, key: Key, write: Callable[[Expression], Answer]) -> Answer:
        """Write under conditions; one that has expired but is still there counts as not there."""
        while True:
            now = self._now()
            expression = Expression()
            expression.expect_alive(self._spec.expires_key, now)
            with self._speaking():
                try:
                    return write(expression)
                except ClientError as error:
                    if code_of(error) != _CONDITION_FAILED:
                        raise
                    current = self._current(error, key)
            if current is None or self._alive(current, now) is not None:
                raise ConditionFailed(key=key, current=current)
            self._remove_expired(key, current)

    def _current(self, error: ClientError, key: Key) -> Document | None:
        """Return the document because of which a condition failed."""
        told: Mapping[str, Any] = error.response
        if "Item" in told:
            return decode(told["Item"])
        item = self._client.get_item(TableName=self._name, Key=self._encoded(key), ConsistentRead=True).get(
            "Item"
        )
        return None if item is None else decode(item)

    def _remove_expired(self, key: Key, document: Document) -> None:
        """Remove what has expired, unless somebody has written it anew."""
        expires_key = self._spec.expires_key or ""
        expression = Expression()
        expression.expect({expires_key: document[expires_key]})
        with self._speaking():
            try:
                self._client.delete_item(
                    TableName=self._name, Key=self._encoded(key), **expression.arguments()
                )
            except ClientError as error:
                if code_of(error) != _CONDITION_FAILED:
                    raise

    def _alive(self, document: Document, now_unix: Decimal | None = None) -> Document | None:
        """Return the document, or None when it has expired: DynamoDB removes it days later only."""
        expires = document.get(self._spec.expires_key) if self._spec.expires_key else None
        now = self._now() if now_unix is None else now_unix
        is_time = isinstance(expires, int | Decimal) and not isinstance(expires, bool)
        return None if not document or (is_time and cast("Decimal", expires) <= now) else document

    def _now(self) -> Decimal:
        return Decimal(f"{self._clock.time():.3f}")

    def _key_of(self, document: Mapping[str, Any]) -> Key:
        return tuple(document[name] for name in key_names(self._spec))

    def _fields_of(self, key: Key) -> dict[str, str]:
        return dict(zip(key_names(self._spec), key, strict=True))

    def _encoded(self, key: Key) -> dict[str, Any]:
        return encode(self._fields_of(key))

    @property
    def _client(self) -> DynamoDBClient:
        return _clients.dynamodb(self._place.region)

    def _speaking(self) -> Any:
        store = f"the table {self._name} of DynamoDB in {self._place.region}"
        return speaking_to(store, kind="table", name=self._name, what=f"A document of {self._name}")
