"""Documents in order: of a partition, of an index."""

import pytest

from ocs_sim.stores import IndexSpec, LimitExceeded, TableSpec

SPEC = TableSpec(
    "ports-queries",
    "site",
    "ulid",
    indexes={
        "StatusId": IndexSpec("site", "statusId"),
        "Users": IndexSpec("user"),
    },
)


@pytest.fixture
def table(backend):
    return backend.table(SPEC)


@pytest.fixture
def filled(table):
    table.put_many({"site": "sim", "ulid": f"{number:02}", "n": number} for number in range(20))
    table.put({"site": "other", "ulid": "05"})
    return table


def numbers(page):
    return [document["n"] for document in page.documents]


def test_a_partition_in_order(filled):
    assert numbers(filled.query("sim")) == list(range(20))
    assert numbers(filled.query("sim", reverse=True)) == list(range(19, -1, -1))
    assert filled.query("nowhere").documents == []
    assert filled.query("sim").after is None


@pytest.mark.parametrize(
    ("bounds", "wanted"),
    [
        ({"prefix": "1"}, range(10, 20)),
        ({"between": ("03", "06")}, range(3, 7)),
        ({"below": "03"}, range(3)),
        ({"at_least": "17"}, range(17, 20)),
        ({"at_least": "055"}, range(6, 20)),
        ({"prefix": "x"}, ()),
        ({"between": ("05", "05")}, (5,)),
    ],
    ids=str,
)
def test_bounds(filled, bounds, wanted):
    assert numbers(filled.query("sim", **bounds)) == list(wanted)
    assert numbers(filled.query("sim", **bounds, reverse=True)) == list(wanted)[::-1]
    if wanted:
        assert numbers(filled.query("sim", **bounds, limit=1)) == [wanted[0]]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", [1, 7, 10, 20, 100])
def test_pages_go_through_all_once(filled, size, reverse):
    found, after = [], None
    while True:
        page = filled.query("sim", limit=size, after=after, reverse=reverse)
        assert len(page.documents) <= size
        found += numbers(page)
        after = page.after
        if after is None:
            break
    assert found == (list(range(20))[::-1] if reverse else list(range(20)))


def test_a_page_goes_on_although_its_last_document_is_gone(filled):
    page = filled.query("sim", prefix="0", limit=5)
    filled.delete(("sim", "04"))
    assert numbers(filled.query("sim", prefix="0", limit=5, after=page.after)) == [5, 6, 7, 8, 9]


def test_an_index_is_another_order(table):
    for number, status in enumerate(["UNREAD#3", "UNREAD#1", "RECEIVED#2", "UNREAD#2"]):
        table.put({"site": "sim", "ulid": f"{number}", "statusId": status, "n": number})
    table.put({"site": "sim", "ulid": "no status", "n": 9})
    table.put({"site": "other", "ulid": "1", "statusId": "UNREAD#1", "n": 8})
    assert numbers(table.query("sim", index="StatusId")) == [2, 1, 3, 0]
    assert numbers(table.query("sim", index="StatusId", prefix="UNREAD#")) == [1, 3, 0]
    assert numbers(table.query("sim", index="StatusId", prefix="UNREAD#", reverse=True, limit=2)) == [0, 3]
    assert numbers(table.query("sim", index="StatusId", below="S")) == [2]


def test_an_index_follows_changes(table):
    table.put({"site": "sim", "ulid": "1", "statusId": "UNREAD#1", "n": 1})
    table.update(("sim", "1"), set={"statusId": "RECEIVED#1"})
    assert table.query("sim", index="StatusId", prefix="UNREAD#").documents == []
    assert numbers(table.query("sim", index="StatusId", prefix="RECEIVED#")) == [1]
    table.update(("sim", "1"), remove=["statusId"])
    assert table.query("sim", index="StatusId").documents == []
    table.put({"site": "sim", "ulid": "1", "statusId": "UNREAD#1", "n": 2})
    table.delete(("sim", "1"))
    assert table.query("sim", index="StatusId").documents == []


def test_documents_with_the_same_index_key_are_all_found(table):
    for number in range(9):
        table.put({"site": "sim", "ulid": f"{number}", "statusId": "UNREAD", "user": "u", "n": number})
    for index, partition in (("StatusId", "sim"), ("Users", "u")):
        found, after = [], None
        while True:
            page = table.query(partition, index=index, limit=2, after=after)
            found += numbers(page)
            after = page.after
            if after is None:
                break
        assert sorted(found) == list(range(9))


def test_keys_are_in_the_order_of_utf8(table):
    keys = ["A", "a", "é", "z", "\ue000", "\U00010000", "😀", "Z", "~", "ü"]
    table.put_many({"site": "sim", "ulid": key} for key in keys)
    found = [document["ulid"] for document in table.query("sim").documents]
    assert found == sorted(keys, key=lambda key: key.encode())
    assert [document["ulid"] for document in table.query("sim", prefix="\U00010000").documents] == [
        "\U00010000"
    ]
    assert [document["ulid"] for document in table.query("sim", prefix="é").documents] == ["é"]


def test_a_table_without_sort_key(backend):
    table = backend.table(
        TableSpec("ports-events", "event_id", indexes={"ByEnd": IndexSpec("creator", "end")})
    )
    table.put_many({"event_id": str(number), "creator": "me", "end": str(9 - number)} for number in range(5))
    assert [document["event_id"] for document in table.query("3").documents] == ["3"]
    found = [document["event_id"] for document in table.query("me", index="ByEnd", at_least="6").documents]
    assert found == ["3", "2", "1", "0"]


def test_many_long_documents_are_one_answer(table):
    table.put_many({"site": "sim", "ulid": f"{number}", "text": "x" * 300_000} for number in range(9))
    assert len(table.query("sim").documents) == 9
    assert len(table.query("sim", limit=6).documents) == 6
    assert len(list(table.scan())) == 9


@pytest.mark.parametrize(
    "bad",
    [
        {"partition": ""},
        {"index": "no such"},
        {"prefix": ""},
        {"prefix": "1", "below": "2"},
        {"between": ("2", "1")},
        {"limit": 0},
        {"after": "never told"},
        {"index": "Users", "prefix": "x"},
    ],
    ids=str,
)
def test_what_cannot_be_asked(table, bad):
    with pytest.raises(LimitExceeded):
        table.query(**{"partition": "sim", **bad})


@pytest.mark.parametrize(
    "fields",
    [{"statusId": 5}, {"statusId": ""}, {"statusId": None}, {"user": True}, {"user": ["u"]}],
    ids=str,
)
def test_what_an_index_orders_by_is_a_text_or_missing(table, fields):
    with pytest.raises(LimitExceeded):
        table.put({"site": "sim", "ulid": "1", **fields})
    table.put({"site": "sim", "ulid": "1"})
    with pytest.raises(LimitExceeded):
        table.update(("sim", "1"), set=fields)
    assert table.get("sim", "1") == {"site": "sim", "ulid": "1"}
