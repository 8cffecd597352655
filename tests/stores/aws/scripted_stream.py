"""A stream of DynamoDB with shards as a test wants them: no emulator splits one, or forgets its beginning."""

from datetime import UTC, datetime
from email.utils import format_datetime

from botocore.exceptions import ClientError

PAGE = 2


class ScriptedStream:
    """As much of boto3's client for streams as the adapter uses.

    A shard is `{parent, closed, records}`; a record is None where a page is empty, as in a stretch of a shard
    in which nothing happened. `trimmed` is how many records of each shard are no longer kept.
    """

    def __init__(self, now_unix):
        self.shards = {}
        self.now_unix = now_unix
        self.trimmed = {}
        self.expired = False
        self.streams = []
        self._count = 0

    def shard(self, name, parent=None):
        self.shards[name] = {"parent": parent, "closed": False, "records": []}

    def close(self, name):
        self.shards[name]["closed"] = True

    def add(self, shard, key, unix=None):
        self._count += 1
        self.shards[shard]["records"].append((f"{self._count:021}", key, unix or self.now_unix))

    def gap(self, shard):
        self.shards[shard]["records"].append(None)

    def describe_stream(self, *, StreamArn, ExclusiveStartShardId=None):  # noqa: N803
        self.streams.append(StreamArn)
        names = sorted(self.shards, reverse=True)
        first = 0 if ExclusiveStartShardId is None else names.index(ExclusiveStartShardId) + 1
        some = names[first : first + PAGE]
        told = {"Shards": [self._told(name) for name in some]}
        if first + PAGE < len(names):
            told["LastEvaluatedShardId"] = some[-1]
        return {"StreamDescription": told}

    def get_shard_iterator(self, *, StreamArn, ShardId, ShardIteratorType, SequenceNumber=None):  # noqa: N803
        records, first = self.shards[ShardId]["records"], self.trimmed.get(ShardId, 0)
        if ShardIteratorType == "LATEST":
            first = len(records)
        elif ShardIteratorType == "AFTER_SEQUENCE_NUMBER":
            found = [i for i, record in enumerate(records) if record and record[0] == SequenceNumber]
            if not found or found[0] < first:
                raise _error("TrimmedDataAccessException", "GetShardIterator")
            first = found[0] + 1
        date = format_datetime(datetime.fromtimestamp(self.now_unix, UTC), usegmt=True)
        return {"ShardIterator": f"{ShardId}/{first}", "ResponseMetadata": {"HTTPHeaders": {"date": date}}}

    def get_records(self, *, ShardIterator, Limit):  # noqa: N803
        name, _, first = ShardIterator.partition("/")
        if self.expired:
            self.expired = False
            raise _error("ExpiredIteratorException", "GetRecords")
        shard = self.shards[name]
        some = shard["records"][int(first) : int(first) + min(Limit, PAGE)]
        # An empty page stands alone.
        some = some[:1] if None in some[:1] else [record for record in some if record]
        after = int(first) + len(some)
        done = shard["closed"] and after >= len(shard["records"])
        following = {} if done else {"NextShardIterator": f"{name}/{after}"}
        return {"Records": [_record(*record) for record in some if record], **following}

    def _told(self, name):
        shard = self.shards[name]
        ends = {"EndingSequenceNumber": "9" * 21} if shard["closed"] else {}
        parent = {"ParentShardId": shard["parent"]} if shard["parent"] else {}
        return {"ShardId": name, "SequenceNumberRange": {"StartingSequenceNumber": "0", **ends}, **parent}


class TableOfStream:
    """As much of boto3's client for tables as reading changes takes."""

    arn = "arn:of:jobs"

    def describe_table(self, *, TableName):  # noqa: N803
        return {"Table": {"LatestStreamArn": self.arn}}


def _record(sequence, key, unix):
    image = {"State": {"S": key}, "n": {"N": str(int(sequence))}}
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "Keys": {"State": {"S": key}},
            "NewImage": image,
            "SequenceNumber": sequence,
            "ApproximateCreationDateTime": datetime.fromtimestamp(unix, UTC),
        },
    }


def _error(code, operation):
    return ClientError({"Error": {"Code": code, "Message": "so it is"}}, operation)
