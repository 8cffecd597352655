"""Queries find their documents by an index and do not sort them."""

import pytest

from ocs_sim.stores import IndexSpec, QueueSpec, TableSpec
from ocs_sim.stores._embedded._queue_layout import DELIVERABLE, FORGET_OLD
from ocs_sim.stores._embedded._search import Search
from ocs_sim.stores._embedded._table_layout import documents_of

SPEC = TableSpec(
    "ports-plans",
    "site",
    "ulid",
    indexes={"StatusId": IndexSpec("site", "statusId"), "Users": IndexSpec("user")},
)


def plan(stores, database, statement, values=()):
    with stores._here()._databases[stores.addresses.directory / database].read() as connection:
        return [row[3] for row in connection.execute(f"explain query plan {statement}", values)]


@pytest.fixture
def table(stores):
    table = stores.table(SPEC)
    table.put_many(
        {"site": f"s{number % 3}", "ulid": f"{number}", "statusId": f"UNREAD#{number}", "user": "u"}
        for number in range(100)
    )
    return table


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("index", [None, "StatusId", "Users"])
@pytest.mark.parametrize(
    "bounds", [{}, {"prefix": "UNREAD#"}, {"between": ("a", "b")}, {"below": "b"}, {"at_least": "b"}], ids=str
)
@pytest.mark.parametrize("goes_on", [False, True])
def test_a_query_searches_and_does_not_sort(stores, table, index, bounds, reverse, goes_on):
    if index == "Users" and bounds:
        return
    partition = "u" if index == "Users" else "s1"
    after = table.query(partition, index=index, limit=1, reverse=reverse).after if goes_on else None
    search = Search(documents_of(SPEC), SPEC.indexes.get(index), reverse=reverse)
    search.within(partition)
    search.bounded(**{"prefix": None, "between": None, "below": None, "at_least": None, **bounds})
    search.beyond(after)
    (step,) = plan(stores, "tables.sqlite", search.statement, search._values)
    assert "SEARCH" in step
    assert ("autoindex" if index is None else "order of") in step
    # By the sort key too, not only by the partition.
    if bounds or goes_on:
        assert step.count("?") >= 2 or ">" in step or "<" in step


def test_a_queue_is_looked_through_in_its_order(stores):
    stores.queue(QueueSpec("ports-plans")).send("a", group="g", deduplication_id="x")
    facts = {"queue": "ports-plans", "now": 0, "kept_since": 0, "limit": 1}
    for statement in (DELIVERABLE, FORGET_OLD):
        steps = plan(stores, "queues.sqlite", statement, facts)
        assert not [step for step in steps if "SCAN" in step or "TEMP B-TREE" in step], steps
