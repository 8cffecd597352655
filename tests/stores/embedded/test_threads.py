"""Several threads on one store."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocs_sim.stores import Depth, LeaseLost, NoSuchObject, QueueSpec, StoreAddresses, TableSpec, open_stores
from ocs_sim.stores._embedded._blobs import Blobs

THREADS = 8


def in_threads(call, count=THREADS):
    """Call in threads that begin together; return what each returned."""
    barrier = threading.Barrier(count)

    def together(number):
        barrier.wait(10)
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(together, range(count)))


def test_all_open_what_is_not_there_yet(tmp_path):
    for number in range(8):
        addresses = StoreAddresses(tmp_path / f"{number}")

        def use(which, addresses=addresses):
            with open_stores(addresses) as opened:
                opened.table(TableSpec("ports-threads", "site")).put({"site": f"{which}"})

        in_threads(use, 4)
        with open_stores(addresses) as opened:
            assert len(list(opened.table(TableSpec("ports-threads", "site")).scan())) == 4


def test_a_counter_is_exact(stores):
    table = stores.table(TableSpec("ports-threads", "site"))

    def count(_):
        for _ in range(20):
            table.update(("sim",), add={"n": 1}, must_exist=False)

    in_threads(count)
    assert table.get("sim")["n"] == THREADS * 20


def test_each_message_is_taken_once_and_in_order(stores):
    queue = stores.queue(QueueSpec("ports-threads"))
    for number in range(60):
        queue.send(f"{number}", group=f"{number % 5}", deduplication_id=f"{number}")
    taken = []

    def take(_):
        while queue.depth() != Depth(0, 0):
            for message in queue.receive(limit=2):
                taken.append(message)
                queue.acknowledge(message)

    in_threads(take)
    assert sorted(int(message.body) for message in taken) == list(range(60))
    for group in range(5):
        order = [int(message.body) for message in taken if message.group == f"{group}"]
        assert order == sorted(order)


def test_only_one_of_many_gets_a_message(stores, clock):
    queue = stores.queue(QueueSpec("ports-one"))
    queue.send("a", group="g", deduplication_id="x")
    for _ in range(5):
        (found,) = [messages for messages in in_threads(lambda _: queue.receive(lease_seconds=1)) if messages]
        clock.advance(2)
        with pytest.raises(LeaseLost):
            queue.acknowledge(found[0])


def test_who_reads_gets_one_whole_content_whoever_replaces_it(stores):
    objects = stores.objects
    objects.put("a", b"0" * 1000)

    def put_or_get(number):
        contents = set()
        for _ in range(30):
            if number % 2:
                objects.put("a", f"{number}".encode() * 1000)
            else:
                contents.add(objects.get("a"))
        return contents

    for contents in in_threads(put_or_get):
        assert {len(content) for content in contents} <= {1000}
        assert all(len(set(content)) == 1 for content in contents)


def test_a_content_that_is_replaced_just_before_it_is_opened(stores, monkeypatch):
    objects = stores.objects
    objects.put("a", b"old")
    path = Blobs.path

    def replaced_meanwhile(blobs, name):
        monkeypatch.setattr(Blobs, "path", path)
        objects.put("a", b"new")
        return path(blobs, name)

    monkeypatch.setattr(Blobs, "path", replaced_meanwhile)
    assert objects.get("a") == b"new"


def test_put_and_delete_side_by_side(stores):
    objects = stores.objects

    def put_get_delete(number):
        for _ in range(20):
            if number % 3 == 0:
                objects.put("a", b"x")
            elif number % 3 == 1:
                objects.delete("a")
            else:
                try:
                    assert objects.get("a") == b"x"
                except NoSuchObject:
                    continue

    in_threads(put_get_delete)
    objects.delete("a")
    assert objects.head("a") is None
