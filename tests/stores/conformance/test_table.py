"""Documents by key."""

from decimal import Decimal

import pytest

from ocs_sim.stores import ConditionFailed, LimitExceeded, TableSpec

STATE = TableSpec("ports-state", "State")
JOBS = TableSpec("ports-jobs", "site", "ulid")


@pytest.fixture
def jobs(backend):
    return backend.table(JOBS)


@pytest.fixture
def state(backend):
    return backend.table(STATE)


def test_what_was_put_comes_back(jobs):
    document = {
        "site": "sim",
        "ulid": "01",
        "text": "°C \u0000 \U0001f52d",
        "nothing": None,
        "yes": True,
        "whole": 12345678901234567890123456789012345678,
        "fraction": Decimal("-0.10000000000000000000000000000000000001"),
        "small": Decimal("1E-130"),
        "bytes": b"\x00\xff",
        "empty": ["", b"", {}, []],
        "deep": {"$number": "1", "a": [1, Decimal("1.5"), {"$": {"b": [None, False]}}]},
    }
    jobs.put(document)
    assert jobs.get("sim", "01") == document
    assert type(jobs.get("sim", "01")["whole"]) is int
    assert jobs.get("sim", "01")["yes"] is True


def test_whole_numbers_are_ints(state):
    state.put({"State": "State", "a": Decimal("5.00"), "b": Decimal("1E+3"), "c": Decimal("2.50"), "d": -0})
    found = state.get("State")
    assert found == {"State": "State", "a": 5, "b": 1000, "c": Decimal("2.5"), "d": 0}
    assert [type(found[name]) for name in "abcd"] == [int, int, Decimal, int]


def test_tuples_are_lists(state):
    state.put({"State": "State", "a": (1, (2,))})
    assert state.get("State")["a"] == [1, [2]]


def test_what_is_not_there_is_none(jobs):
    assert jobs.get("sim", "01") is None
    assert jobs.delete(("sim", "01")) is None


def test_put_replaces_the_whole_document(state):
    state.put({"State": "State", "a": 1, "b": 2})
    state.put({"State": "State", "a": 3})
    assert state.get("State") == {"State": "State", "a": 3}


def test_put_absent_only_if_there_is_none(state):
    state.put({"State": "State", "a": 1}, absent=True)
    with pytest.raises(ConditionFailed) as failed:
        state.put({"State": "State", "a": 2}, absent=True)
    assert failed.value.current == {"State": "State", "a": 1}
    assert state.get("State")["a"] == 1


def test_put_only_if_as_expected(state):
    state.put({"State": "State", "a": 1})
    state.put({"State": "State", "a": 2}, expect={"a": 1, "b": None})
    with pytest.raises(ConditionFailed) as failed:
        state.put({"State": "State", "a": 3}, expect={"a": 1})
    assert failed.value.current == {"State": "State", "a": 2}
    with pytest.raises(ConditionFailed):
        state.put({"State": "other"}, expect={"a": 1})


@pytest.mark.parametrize(
    ("stored", "expected"),
    [(1, True), ("1", 1), (0, False), (1, Decimal("1.5")), ([1], [2]), ({"a": 1}, {"a": 2})],
)
def test_what_is_not_equal_is_not_as_expected(state, stored, expected):
    state.put({"State": "State", "a": stored})
    with pytest.raises(ConditionFailed):
        state.update(("State",), set={"b": 1}, expect={"a": expected})
    assert "b" not in state.get("State")


@pytest.mark.parametrize("value", ["x", 5, Decimal("5.5"), True, b"b", [1, {"a": b"x"}], {"b": 1, "a": [2]}])
def test_what_is_equal_is_as_expected(state, value):
    state.put({"State": "State", "a": value})
    assert state.update(("State",), set={"b": 1}, expect={"a": value})["b"] == 1


def test_numbers_are_equal_however_they_are_written(state):
    state.put({"State": "State", "a": 5})
    state.update(("State",), set={"b": 1}, expect={"a": Decimal("5.0")})


def test_update_returns_the_new_document(state):
    state.put({"State": "State", "keep": "k", "gone": 1, "count": 5})
    new = state.update(
        ("State",),
        set={"a": {"b": [1]}},
        add={"count": 2, "fresh": Decimal("0.5")},
        append={"list": [1], "other": ()},
        remove=["gone", "never there"],
    )
    wanted = {"State": "State", "keep": "k", "count": 7, "fresh": Decimal("0.5"), "a": {"b": [1]}}
    assert new == {**wanted, "list": [1], "other": []}
    assert state.get("State") == new
    assert state.update(("State",), append={"list": [2, 3]})["list"] == [1, 2, 3]


def test_update_of_what_is_not_there(state):
    with pytest.raises(ConditionFailed) as failed:
        state.update(("State",), set={"a": 1})
    assert failed.value.current is None
    assert state.get("State") is None
    assert state.update(("State",), set={"a": 1}, must_exist=False) == {"State": "State", "a": 1}


def test_update_only_if_as_expected_tells_what_is_there(state):
    state.put({"State": "State", "status": "UNREAD"})
    state.update(("State",), set={"status": "RECEIVED"}, expect={"status": "UNREAD", "lease": None})
    with pytest.raises(ConditionFailed) as failed:
        state.update(("State",), set={"status": "RECEIVED"}, expect={"status": "UNREAD"})
    assert failed.value.current["status"] == "RECEIVED"


def test_a_null_is_a_field_all_the_same(state):
    state.put({"State": "State", "a": None})
    with pytest.raises(ConditionFailed):
        state.update(("State",), set={"b": 1}, expect={"a": None})


def test_delete_returns_what_was(jobs):
    jobs.put({"site": "sim", "ulid": "01", "a": 1})
    with pytest.raises(ConditionFailed):
        jobs.delete(("sim", "01"), expect={"a": 2})
    assert jobs.delete(("sim", "01"), expect={"a": 1}) == {"site": "sim", "ulid": "01", "a": 1}
    assert jobs.get("sim", "01") is None


def test_many_at_once_the_last_of_a_key_wins(jobs):
    jobs.put_many({"site": "sim", "ulid": f"{number % 60:03}", "n": number} for number in range(130))
    found = jobs.query("sim").documents
    assert [document["ulid"] for document in found] == [f"{number:03}" for number in range(60)]
    assert found[0]["n"] == 120
    assert found[59]["n"] == 119
    assert len(list(jobs.scan())) == 60


@pytest.mark.parametrize(
    "fields",
    [
        {"a": 1.5},
        {"a": [{"b": 0.0}]},
        {"a": Decimal("NaN")},
        {"a": Decimal("Infinity")},
        {"a": 10**38 + 1},
        {"a": Decimal("1E+126")},
        {"a": Decimal("1E-131")},
        {"a": {1, 2}},
        {"a": {"": 1}},
        {"a": {5: 1}},
        {"a": range(3)},
        {"a": "\ud800"},
        {"a": "x" * 409_600},
        {"site": ""},
        {"ulid": 5},
        {"ulid": "x" * 1025},
        {"site": "x" * 2049},
    ],
    ids=lambda fields: str(fields)[:40],
)
def test_what_dynamodb_would_refuse_is_refused(jobs, fields):
    with pytest.raises(LimitExceeded):
        jobs.put({"site": "sim", "ulid": "01", **fields})
    assert list(jobs.scan()) == []


def test_a_document_needs_its_keys(jobs):
    with pytest.raises(LimitExceeded):
        jobs.put({"site": "sim"})
    with pytest.raises(LimitExceeded):
        jobs.get("sim")
    with pytest.raises(LimitExceeded):
        jobs.update(("sim", "01", "more"), set={"a": 1})


def test_a_long_document_is_taken_whole(jobs):
    document = {"site": "sim", "ulid": "01", "a": "x" * 409_000}
    jobs.put(document)
    assert jobs.get("sim", "01") == document


def test_levels_up_to_32(state):
    deep: object = 1
    for _ in range(31):
        deep = [deep]
    state.put({"State": "State", "a": deep})
    assert state.get("State")["a"] == deep
    with pytest.raises(LimitExceeded):
        state.put({"State": "State", "a": [[deep]]})


def test_the_key_cannot_be_changed(jobs):
    jobs.put({"site": "sim", "ulid": "01"})
    for change in ({"set": {"ulid": "02"}}, {"remove": ["site"]}, {"set": {"a": 1}, "remove": ["a"]}):
        with pytest.raises(LimitExceeded):
            jobs.update(("sim", "01"), **change)


def test_only_numbers_are_added_to_and_only_lists_appended_to(state):
    state.put({"State": "State", "text": "x", "yes": True})
    for change in ({"add": {"text": 1}}, {"add": {"yes": 1}}, {"append": {"text": ["x"]}}):
        with pytest.raises(LimitExceeded):
            state.update(("State",), **change)
    assert state.get("State") == {"State": "State", "text": "x", "yes": True}


def test_what_no_document_takes_is_refused_whether_there_is_one_or_not(state):
    for change in ({"set": {"a": 1.5}}, {"append": {"a": [1.5]}}, {"add": {"State": 1}}):
        with pytest.raises(LimitExceeded):
            state.update(("nowhere",), **change)


def test_what_has_expired_is_not_seen(backend):
    table = backend.table(TableSpec("ports-tokens", "site", "token", expires_key="until"))
    now = int(backend.clock.time())
    table.put({"site": "sim", "token": "a", "until": now - 10, "n": 1})
    table.put({"site": "sim", "token": "b", "until": now + 1000})
    table.put({"site": "sim", "token": "c"})
    assert table.get("sim", "a") is None
    assert [document["token"] for document in table.query("sim", limit=2).documents] == ["b", "c"]
    assert sorted(document["token"] for document in table.scan()) == ["b", "c"]
    with pytest.raises(ConditionFailed):
        table.update(("sim", "a"), set={"x": 1})
    table.put({"site": "sim", "token": "a", "until": now + 1000}, absent=True)
    assert "n" not in table.get("sim", "a")


@pytest.mark.parametrize("until", [True, "1", None, [1]])
def test_what_is_no_time_does_not_expire(backend, until):
    table = backend.table(TableSpec("ports-tokens", "site", "token", expires_key="until"))
    table.put({"site": "sim", "token": "a", "until": until})
    assert table.get("sim", "a")["until"] == until
    table.update(("sim", "a"), set={"b": 1}, expect={"until": until} if until is not None else None)
