"""Making and removing tables of DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError

from ocs_sim.stores._aws import _clients
from ocs_sim.stores._aws._faults import code_of, is_missing, speaking_to
from ocs_sim.stores._aws._keys import table_name
from ocs_sim.stores._aws._schema import attributes_of, indexes_of, key_schema, unlike
from ocs_sim.stores._aws._state import ResourceState
from ocs_sim.stores._aws_address import NamedResources
from ocs_sim.stores._errors import StoreUnreachable
from ocs_sim.stores._table_port import TableSpec

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LOOK_EACH_SECONDS = 1
_TRIES = 300
_STREAM: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


class TableProvision:
    """The tables at one address."""

    def __init__(self, place: NamedResources) -> None:
        self._place = place

    def state(self, spec: TableSpec) -> ResourceState:
        """Return how a table is."""
        name = table_name(self._place, spec.name)
        with self._speaking(name):
            told = self._told(name)
            if told is None:
                return ResourceState("table", name, exists=False)
            return ResourceState("table", name, exists=True, detail="; ".join(self._differing(spec, told)))

    def start(self, spec: TableSpec) -> bool:
        """Begin to make a table; return whether there was none."""
        name = table_name(self._place, spec.name)
        with self._speaking(name):
            if self._told(name) is not None:
                return False
            indexes = {"GlobalSecondaryIndexes": indexes_of(spec)} if spec.indexes else {}
            stream = {"StreamSpecification": _STREAM} if spec.changes else {}
            more: Any = {**indexes, **stream}
            try:
                self._client.create_table(
                    TableName=name,
                    KeySchema=key_schema(spec.partition_key, spec.sort_key),
                    AttributeDefinitions=attributes_of(spec),
                    BillingMode="PAY_PER_REQUEST",
                    **more,
                )
            except ClientError as error:
                # Somebody else makes it at this moment.
                if code_of(error) != "ResourceInUseException":
                    raise
        return True

    def finish(self, spec: TableSpec, was_made: bool) -> ResourceState:
        """Wait until a table can be used, and mend what differs, if it can be mended."""
        name = table_name(self._place, spec.name)
        with self._speaking(name):
            self._wait(name)
            before = self._differing(spec, self._told(name) or {})
            if spec.expires_key is not None:
                self._let_expire(name, spec.expires_key)
            self._mend(spec, name)
            after = self._differing(spec, self._told(name) or {})
        if after:
            return ResourceState("table", name, exists=True, detail="; ".join(after))
        if was_made:
            return ResourceState("table", name, exists=True, action="made")
        mended: Any = "mended" if before else ""
        return ResourceState("table", name, exists=True, detail="; ".join(before), action=mended)

    def start_delete(self, spec: TableSpec) -> bool:
        """Begin to remove a table; return whether there was one."""
        name = table_name(self._place, spec.name)
        with self._speaking(name):
            if self._told(name) is None:
                return False
            self._wait(name)
            self._client.delete_table(TableName=name)
        return True

    def finish_delete(self, spec: TableSpec, was_there: bool) -> ResourceState:
        """Wait until a table is gone."""
        name = table_name(self._place, spec.name)
        if was_there:
            with self._speaking(name):
                self._wait(name, "table_not_exists")
        return ResourceState("table", name, exists=False, action="removed" if was_there else "")

    def _told(self, name: str) -> Mapping[str, Any] | None:
        try:
            return self._client.describe_table(TableName=name)["Table"]
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def _differing(self, spec: TableSpec, told: Mapping[str, Any]) -> list[str]:
        faults = unlike(spec, told)
        if spec.expires_key is not None:
            expires = self._expires_key(told["TableName"])
            if expires != spec.expires_key:
                faults.append(f"documents expire by {expires or 'nothing'}, not by {spec.expires_key}")
        return faults

    def _expires_key(self, name: str) -> str | None:
        told = self._client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        on = told.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
        return told.get("AttributeName") if on else None

    def _let_expire(self, name: str, field: str) -> None:
        if self._expires_key(name) is None:
            setting: Any = {"Enabled": True, "AttributeName": field}
            self._client.update_time_to_live(TableName=name, TimeToLiveSpecification=setting)

    def _mend(self, spec: TableSpec, name: str) -> None:
        """Add the stream and the indexes that are missing; DynamoDB makes one index at a time."""
        told = self._told(name) or {}
        if spec.changes and not told.get("StreamSpecification", {}).get("StreamEnabled"):
            self._client.update_table(TableName=name, StreamSpecification=_STREAM)
            self._wait(name)
        there = {index["IndexName"] for index in told.get("GlobalSecondaryIndexes", [])}
        for index in indexes_of(spec):
            if index["IndexName"] not in there:
                self._client.update_table(
                    TableName=name,
                    AttributeDefinitions=attributes_of(spec),
                    GlobalSecondaryIndexUpdates=[{"Create": index}],
                )
                self._wait(name)

    def _wait(self, name: str, until: Any = "table_exists") -> None:
        config: Any = {"Delay": _LOOK_EACH_SECONDS, "MaxAttempts": _TRIES}
        try:
            self._client.get_waiter(until).wait(TableName=name, WaiterConfig=config)
        except WaiterError as error:
            raise StoreUnreachable(store=f"the table {name} of DynamoDB", fault=str(error)) from error

    @property
    def _client(self) -> DynamoDBClient:
        return _clients.dynamodb(self._place.region)

    def _speaking(self, name: str) -> Any:
        store = f"DynamoDB in {self._place.region}"
        return speaking_to(store, kind="table", name=name, what=f"The table {name}")
