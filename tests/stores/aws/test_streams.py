"""Reading what changed over the shards of a stream, which split, end and forget."""

import pytest

from ocs_sim.stores import LimitExceeded, NotProvisioned, TableSpec
from ocs_sim.stores._aws import _changes, _clients
from ocs_sim.stores._aws._changes import ChangeReader
from ocs_sim.stores._aws_address import NamedResources
from tests.stores.aws.scripted_stream import ScriptedStream, TableOfStream

SPEC = TableSpec("jobs", "State", changes=True)
PLACE = NamedResources("us-east-1")
NOW = 1_800_000_000


@pytest.fixture
def stream(monkeypatch):
    scripted = ScriptedStream(NOW)
    scripted.shard("shard-1")
    monkeypatch.setattr(_clients, "dynamodb_streams", lambda region: scripted)
    return scripted


@pytest.fixture
def reader(stream):
    return ChangeReader(PLACE, SPEC)


def read(reader, after=None, limit=1000):
    return reader.read(TableOfStream(), after, limit)


def numbers(changes):
    return [change.new["n"] for change in changes]


def split(stream):
    """Let a shard of five records be followed by two, of which one has a child already."""
    for _ in range(5):
        stream.add("shard-1", "a")
    stream.close("shard-1")
    stream.shard("shard-2", "shard-1")
    stream.shard("shard-0", "shard-1")
    stream.add("shard-2", "a")
    stream.close("shard-2")
    stream.shard("shard-3", "shard-2")
    stream.add("shard-3", "a")
    stream.add("shard-0", "b")


def test_a_key_has_its_changes_in_order_over_all_descendants(stream, reader):
    split(stream)
    changes = read(reader)
    assert [change.new["n"] for change in changes if change.key == ("a",)] == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(numbers(changes)) == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_nothing_is_left_out_or_told_twice_when_read_in_parts(stream, limit):
    split(stream)
    after, found = None, []
    while True:
        # Each time by somebody else, who only has the position.
        some = read(ChangeReader(PLACE, SPEC), after, limit)
        if not some:
            break
        assert len(some) <= limit
        found += numbers(some)
        after = some[-1].position
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [n for n in found if n < 8] == [1, 2, 3, 4, 5, 6, 7]


def test_every_change_is_a_place_to_go_on_from(stream):
    split(stream)
    changes = read(ChangeReader(PLACE, SPEC))
    for index, change in enumerate(changes):
        rest = read(ChangeReader(PLACE, SPEC), change.position)
        assert sorted(numbers(rest)) == sorted(numbers(changes[index + 1 :]))


def test_a_child_waits_until_all_of_its_parent_is_read(stream, reader):
    stream.add("shard-1", "a")
    stream.shard("shard-2", "shard-1")
    stream.add("shard-2", "a")
    stream.add("shard-1", "a")
    assert numbers(read(reader)) == [1, 3]
    stream.close("shard-1")
    assert numbers(read(reader)) == [1, 3, 2]


def test_a_stretch_without_records_is_crossed_look_by_look(stream, reader):
    stream.add("shard-1", "a")
    stream.gap("shard-1")
    stream.gap("shard-1")
    stream.add("shard-1", "a")
    (first,) = read(reader)
    looks = [numbers(read(reader, first.position)) for _ in range(3)]
    assert [2] in looks


def test_an_iterator_that_has_expired_is_made_anew(stream, reader):
    stream.add("shard-1", "a")
    (first,) = read(reader)
    stream.add("shard-1", "a")
    stream.expired = True
    assert numbers(read(reader, first.position)) == [2]


def test_a_position_that_is_no_longer_kept_goes_on_with_the_oldest(stream):
    for _ in range(4):
        stream.add("shard-1", "a")
    first, *_ = read(ChangeReader(PLACE, SPEC))
    stream.trimmed["shard-1"] = 2
    assert numbers(read(ChangeReader(PLACE, SPEC), first.position)) == [3, 4]


def test_shards_that_are_gone_are_forgotten(stream):
    split(stream)
    last = read(ChangeReader(PLACE, SPEC))[-1]
    del stream.shards["shard-1"]
    stream.shards["shard-2"]["parent"] = stream.shards["shard-0"]["parent"] = None
    assert read(ChangeReader(PLACE, SPEC), last.position) == []
    stream.add("shard-0", "b")
    assert numbers(read(ChangeReader(PLACE, SPEC), last.position)) == [9]


def test_the_latest_position_is_behind_everything(stream, reader):
    split(stream)
    latest = reader.latest(TableOfStream())
    assert read(reader, latest) == []
    stream.add("shard-3", "a")
    (change,) = read(reader, latest)
    assert change.new["n"] == 9
    assert read(reader, change.position) == []


def test_the_latest_position_holds_for_another_process_too(stream, reader):
    stream.add("shard-1", "a", NOW - 60)
    stream.add("shard-1", "a", NOW - 50)
    latest = reader.latest(TableOfStream())
    stream.add("shard-1", "a", NOW + 1)
    stream.add("shard-1", "a", NOW + 2)
    assert numbers(read(ChangeReader(PLACE, SPEC), latest)) == [3, 4]


def test_a_reader_that_was_away_for_long_does_not_tell_what_was_before(stream, reader):
    for _ in range(6):
        stream.add("shard-1", "a", NOW - 60)
    latest = reader.latest(TableOfStream())
    stream.expired = True
    assert read(reader, latest) == []
    stream.add("shard-1", "a", NOW + 1)
    assert numbers(read(reader, latest)) == [7]


def test_a_table_that_was_made_again_has_another_stream(stream, reader, monkeypatch):
    """The old stream can still be read for a day, so nothing fails."""
    stream.add("shard-1", "a")
    tables = TableOfStream()
    (before,) = reader.read(tables, None, 10)
    tables.arn = "arn:of:the-new-one"
    monkeypatch.setattr(_changes, "_STREAM_SECONDS", 0.0)
    reader.read(tables, before.position, 10)
    again = ChangeReader(PLACE, SPEC)
    for _ in range(2):
        again.read(tables, before.position, 10)
        tables.arn = "arn:of:the-newest"
    assert stream.streams == ["arn:of:jobs", "arn:of:jobs", "arn:of:the-new-one", "arn:of:the-newest"]


def test_what_is_no_position_is_refused(reader):
    for position in ("nonsense", "WzFd", "é"):
        with pytest.raises(LimitExceeded):
            read(reader, position)


def test_a_table_without_a_stream_is_not_provisioned(stream):
    class Without:
        def describe_table(self, *, TableName):  # noqa: N803
            return {"Table": {}}

    with pytest.raises(NotProvisioned, match="record of changes of the table 'jobs'"):
        ChangeReader(PLACE, SPEC).read(Without(), None, 10)
