"""What changed in a table of DynamoDB: its stream, whose shards are read in order of descent.

A position says how far each shard was read: `{shard: sequence number}`; `""` is a shard's beginning, `"-"`
its end, and `"@1732200000"` where it was at that time. What a table's stream lost after 24 h is not told.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections import OrderedDict
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ocs_sim.stores._aws import _clients
from ocs_sim.stores._aws._faults import code_of
from ocs_sim.stores._aws._keys import key_names, table_name
from ocs_sim.stores._aws._values import decode
from ocs_sim.stores._aws_address import NamedResources
from ocs_sim.stores._errors import LimitExceeded, NotProvisioned
from ocs_sim.stores._table_port import Change, TableSpec

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_dynamodbstreams.type_defs import RecordTypeDef, ShardTypeDef

_START, _END, _AT = "", "-", "@"
_MOST_RECORDS = 1000
_ITERATORS_KEPT = 64
_STREAM_SECONDS = 60.0
# What is told twice is allowed, what is left out is not.
_SLACK_SECONDS = 2
_KINDS: dict[str, Any] = {"INSERT": "insert", "MODIFY": "modify", "REMOVE": "remove"}


class ChangeReader:
    """Reads the stream of one table."""

    def __init__(self, place: NamedResources, spec: TableSpec) -> None:
        """Nothing is asked of DynamoDB before the first use."""
        self._place = place
        self._spec = spec
        self._name = table_name(place, spec.name)
        self._arn: str | None = None
        self._ask_again_monotonic = 0.0
        # A shard may have stretches without records, which only its next iterator leads across.
        self._iterators: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    def read(self, tables: DynamoDBClient, after: str | None, limit: int) -> list[Change]:
        """Return changes after a position, in the order of each key."""
        stream = self._stream(tables)
        shards = list(self._shards(stream))
        known = {} if after is None else _parse(after)
        position = {shard["ShardId"]: known.get(shard["ShardId"], _START) for shard in shards}
        changes: list[Change] = []
        for shard in shards:
            name, parent = shard["ShardId"], shard.get("ParentShardId")
            # A key's later changes are in a shard's children: not before all of the shard is read.
            if parent is None or position.get(parent, _END) == _END:
                for sequence, record in self._records(stream, shard, position[name], limit - len(changes)):
                    position[name] = sequence
                    if record is not None:
                        changes.append(self._change(record, position))
                    elif changes:
                        # The end of a shard is no change, but who goes on from the last one should know it.
                        changes[-1] = _moved(changes[-1], position)
            if len(changes) >= limit:
                break
        return changes

    def latest(self, tables: DynamoDBClient) -> str:
        """Return the position behind everything."""
        stream = self._stream(tables)
        position = {}
        for shard in self._shards(stream):
            name = shard["ShardId"]
            if "EndingSequenceNumber" in shard.get("SequenceNumberRange", {}):
                position[name] = _END
                continue
            answer = self._client.get_shard_iterator(
                StreamArn=stream, ShardId=name, ShardIteratorType="LATEST"
            )
            position[name] = f"{_AT}{_service_unix(answer) - _SLACK_SECONDS}"
            self._keep(name, position[name], answer["ShardIterator"], 0.0)
        return _text(position)

    def _records(
        self, stream: str, shard: ShardTypeDef, sequence: str, limit: int
    ) -> Iterator[tuple[str, RecordTypeDef | None]]:
        """Yield a shard's records, each with its sequence; None is the shard's end."""
        name = shard["ShardId"]
        while sequence != _END and limit > 0:
            answer, created = self._page(stream, name, sequence, min(limit, _MOST_RECORDS))
            for record in answer["Records"]:
                if _created(record) >= created:
                    sequence = record["dynamodb"]["SequenceNumber"]
                    limit -= 1
                    yield sequence, record
            following = answer.get("NextShardIterator")
            if following is None:
                yield _END, None
                return
            self._keep(name, sequence, following, created)
            if not answer["Records"]:
                return

    def _page(self, stream: str, shard: str, sequence: str, limit: int) -> tuple[Any, float]:
        """Return records after a sequence, and since when they are wanted."""
        kept = self._iterators.pop((shard, sequence), None)
        if kept is not None:
            try:
                return self._client.get_records(ShardIterator=kept[0], Limit=limit), kept[1]
            except ClientError as error:
                if code_of(error) not in ("ExpiredIteratorException", "TrimmedDataAccessException"):
                    raise
        created = float(sequence[1:]) if sequence.startswith(_AT) else 0.0
        iterator = self._iterator(stream, shard, _START if created else sequence)
        return self._client.get_records(ShardIterator=iterator, Limit=limit), created

    def _iterator(self, stream: str, shard: str, sequence: str) -> str:
        asked: Any = {"StreamArn": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        after = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": sequence} if sequence else {}
        try:
            answer = self._client.get_shard_iterator(**{**asked, **after})
        except ClientError as error:
            # What was read up to is older than what is kept: go on with the oldest.
            if not after or code_of(error) != "TrimmedDataAccessException":
                raise
            answer = self._client.get_shard_iterator(**asked)
        return answer["ShardIterator"]

    def _keep(self, shard: str, sequence: str, iterator: str, created: float) -> None:
        self._iterators[shard, sequence] = iterator, created
        if len(self._iterators) > _ITERATORS_KEPT:
            self._iterators.popitem(last=False)

    def _shards(self, stream: str) -> Iterator[ShardTypeDef]:
        """Yield all shards, each after its parent."""
        asked: Any = {"StreamArn": stream}
        found: dict[str, ShardTypeDef] = {}
        while True:
            told = self._client.describe_stream(**asked)["StreamDescription"]
            found |= {shard["ShardId"]: shard for shard in told["Shards"]}
            last = told.get("LastEvaluatedShardId")
            if not last:
                break
            asked["ExclusiveStartShardId"] = last
        while found:
            ready = [shard for shard in found.values() if shard.get("ParentShardId") not in found]
            for shard in ready:
                del found[shard["ShardId"]]
                yield shard

    def _change(self, record: RecordTypeDef, position: dict[str, str]) -> Change:
        told = record["dynamodb"]
        key = decode(told["Keys"])
        return Change(
            _text(position),
            _KINDS[record["eventName"]],
            tuple(key[name] for name in key_names(self._spec)),
            decode(told["OldImage"]) if "OldImage" in told else None,
            decode(told["NewImage"]) if "NewImage" in told else None,
        )

    def _stream(self, tables: DynamoDBClient) -> str:
        # A table that was deleted and made again has another stream, while the old one can still be read.
        if self._arn is None or time.monotonic() >= self._ask_again_monotonic:
            self._ask_again_monotonic = time.monotonic() + _STREAM_SECONDS
            if self._spec.changes:
                self._arn = tables.describe_table(TableName=self._name)["Table"].get("LatestStreamArn")
            if self._arn is None:
                raise NotProvisioned(kind="record of changes of the table", name=self._name)
        return self._arn

    @property
    def _client(self) -> DynamoDBStreamsClient:
        return _clients.dynamodb_streams(self._place.region)


def _service_unix(answer: Any) -> int:
    """Return what the service's clock says: ours may be set wrongly, or be a test's."""
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return int(parsedate_to_datetime(date).timestamp() if date else time.time())


def _created(record: RecordTypeDef) -> float:
    return record["dynamodb"]["ApproximateCreationDateTime"].timestamp()


def _moved(change: Change, position: dict[str, str]) -> Change:
    return Change(_text(position), change.kind, change.key, change.old, change.new)


def _text(position: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode()


def _parse(position: str) -> dict[str, str]:
    try:
        parsed = json.loads(base64.urlsafe_b64decode(position))
    except (binascii.Error, ValueError) as error:
        raise LimitExceeded(what="A call of changes()", fault=f"{position!r} is no position") from error
    if not isinstance(parsed, dict):
        raise LimitExceeded(what="A call of changes()", fault=f"{position!r} is no position")
    return parsed
