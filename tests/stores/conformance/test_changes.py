"""The ordered record of what changed."""

import pytest

from ocs_sim.stores import ConditionFailed, LimitExceeded, TableSpec

SPEC = TableSpec("ports-changes", "site", "ulid", changes=True)


@pytest.fixture
def table(backend):
    return backend.table(SPEC)


def told(changes):
    return [(change.kind, change.key, change.old, change.new) for change in changes]


def test_every_change_in_order_with_what_was_and_is(table):
    table.put({"site": "sim", "ulid": "1", "n": 1})
    table.update(("sim", "1"), set={"n": 2})
    table.put({"site": "sim", "ulid": "1", "n": 3})
    table.delete(("sim", "1"))
    first, second, third = ({"site": "sim", "ulid": "1", "n": number} for number in (1, 2, 3))
    assert told(table.changes()) == [
        ("insert", ("sim", "1"), None, first),
        ("modify", ("sim", "1"), first, second),
        ("modify", ("sim", "1"), second, third),
        ("remove", ("sim", "1"), third, None),
    ]


def test_go_on_after_what_was_seen(table):
    for number in range(5):
        table.put({"site": "sim", "ulid": str(number)})
    first = table.changes(limit=2)
    rest = table.changes(first[-1].position)
    assert [change.key[1] for change in (*first, *rest)] == ["0", "1", "2", "3", "4"]
    assert table.changes(rest[-1].position) == []
    table.put({"site": "sim", "ulid": "5"})
    assert [change.key[1] for change in table.changes(rest[-1].position)] == ["5"]


def test_only_what_comes_is_wanted(table):
    table.put({"site": "sim", "ulid": "before"})
    position = table.latest_position()
    table.put({"site": "sim", "ulid": "after"})
    assert [change.key[1] for change in table.changes(position)] == ["after"]


def test_nothing_has_changed_yet(table):
    assert table.changes() == []
    position = table.latest_position()
    table.put({"site": "sim", "ulid": "1"})
    assert [change.key[1] for change in table.changes(position)] == ["1"]


def test_what_did_not_happen_is_no_change(table):
    table.put({"site": "sim", "ulid": "1", "n": 1})
    with pytest.raises(ConditionFailed):
        table.update(("sim", "1"), set={"n": 2}, expect={"n": 5})
    with pytest.raises(ConditionFailed):
        table.put({"site": "sim", "ulid": "1"}, absent=True)
    table.delete(("sim", "nothing"))
    assert [change.kind for change in table.changes()] == ["insert"]


def test_many_at_once_are_changes_too(table):
    table.put_many({"site": "sim", "ulid": f"{number:02}"} for number in range(30))
    assert sorted(change.key[1] for change in table.changes()) == [f"{number:02}" for number in range(30)]


def test_a_table_that_keeps_none_says_so(backend):
    table = backend.table(TableSpec("ports-silent", "site"))
    table.put({"site": "sim"})
    with pytest.raises(LimitExceeded):
        table.changes()
    with pytest.raises(LimitExceeded):
        table.latest_position()
