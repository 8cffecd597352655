"""What is kept, for how long, and what is cleared away."""

import os
import threading
from pathlib import Path

import pytest

from ocs_sim.stores import IndexSpec, LimitExceeded, QueueSpec, TableSpec, open_stores

SPEC = TableSpec("ports-kept", "site", "ulid", changes=True)


def test_all_is_there_when_it_is_opened_again(addresses, clock):
    with open_stores(addresses, clock) as stores:
        stores.table(SPEC).put({"site": "sim", "ulid": "1"})
        stores.queue(QueueSpec("q")).send("a", group="g", deduplication_id="x")
        stores.objects.put("a", b"x")
    with open_stores(addresses, clock) as stores:
        assert stores.table(SPEC).get("sim", "1")
        assert [change.kind for change in stores.table(SPEC).changes()] == ["insert"]
        assert stores.queue(QueueSpec("q")).receive()[0].body == "a"
        assert stores.objects.get("a") == b"x"


def test_an_index_that_is_declared_later_has_the_documents_of_before(addresses, clock):
    with open_stores(addresses, clock) as stores:
        stores.table(TableSpec("ports-later", "site", "ulid")).put(
            {"site": "sim", "ulid": "1", "statusId": "A"}
        )
    later = TableSpec(
        "ports-later", "site", "ulid", {"StatusId": IndexSpec("site", "statusId")}, changes=True
    )
    with open_stores(addresses, clock) as stores:
        table = stores.table(later)
        assert len(table.query("sim", index="StatusId").documents) == 1
        table.put({"site": "sim", "ulid": "2"})
        assert len(table.changes()) == 1


def test_changes_are_kept_for_a_day(stores, clock):
    table = stores.table(SPEC)
    table.put_many({"site": "sim", "ulid": f"old {number}"} for number in range(100))
    position = table.latest_position()
    clock.advance(25 * 3600)
    table.put_many({"site": "sim", "ulid": f"new {number}"} for number in range(100))
    kept = table.changes()
    assert len(kept) <= 100 + 64
    assert [change.key[1] for change in table.changes(position)] == [f"new {number}" for number in range(100)]


def test_a_clock_that_was_set_back_forgets_no_change(stores, clock):
    table = stores.table(SPEC)
    table.put_many({"site": "sim", "ulid": f"{number}"} for number in range(70))
    clock.advance(-48 * 3600)
    table.put_many({"site": "sim", "ulid": f"{number}"} for number in range(70, 140))
    clock.advance(48 * 3600)
    table.put_many({"site": "sim", "ulid": f"{number}"} for number in range(140, 210))
    assert [change.key[1] for change in table.changes()] == [f"{number}" for number in range(210)]


def test_what_has_expired_is_removed(addresses, clock):
    spec = TableSpec("ports-expired", "site", expires_key="until", changes=True)
    with open_stores(addresses, clock) as stores:
        table = stores.table(spec)
        table.put({"site": "a", "until": int(clock.time()) + 10})
        table.put({"site": "b", "until": int(clock.time()) + 1000})
        table.put({"site": "c"})
    clock.advance(100)
    with open_stores(addresses, clock) as stores:
        table = stores.table(spec)
        assert [(change.kind, change.key) for change in table.changes()][3:] == [("remove", ("a",))]
        clock.advance(1000)
        table.put_many([{"site": "c"}])
        assert [change.key for change in table.changes() if change.kind == "remove"] == [("a",), ("b",)]
        assert [document["site"] for document in table.scan()] == ["c"]


def test_images_are_embedded_too(stores, addresses):
    assert stores.images.latest("sim", 1) == []
    assert (addresses.directory / "images.sqlite").exists()
    assert stores.images is stores.images


def test_what_nobody_finished_or_named_goes_after_an_hour(addresses, clock):
    with open_stores(addresses, clock) as stores:
        stores.objects.put("a", b"x")
    objects = addresses.directory / "objects"
    orphan, unfinished = objects / "data" / "ab" / "abcd", objects / "temporary" / "cdef"
    orphan.parent.mkdir(exist_ok=True)
    for path in (orphan, unfinished):
        path.write_bytes(b"left")
    with open_stores(addresses, clock) as stores:
        assert stores.objects.swept == 0
    assert orphan.exists()
    assert unfinished.exists()
    clock.advance(3601)
    with open_stores(addresses, clock) as stores:
        assert stores.objects.swept == 2
        assert stores.objects.get("a") == b"x"
    assert not orphan.exists()
    assert not unfinished.exists()


def test_replaced_and_deleted_contents_are_removed_at_once(stores, addresses):
    for content in (b"1", b"2", b"3"):
        stores.objects.put("a", content)
    files = list((addresses.directory / "objects" / "data").glob("*/*"))
    assert [file.read_bytes() for file in files] == [b"3"]
    stores.objects.delete("a")
    assert list((addresses.directory / "objects" / "data").glob("*/*")) == []


def test_no_key_leaves_the_directory(stores, addresses, tmp_path):
    outside = set(tmp_path.iterdir())
    for key in ("/etc/ocs-sim", "..\\..\\out", "con", "a" * 1000, "a//", "~"):
        stores.objects.put(key, b"x")
    for key in ("../../out", "..", ".", "a/../../../out", "a/./b", "a/.."):
        with pytest.raises(LimitExceeded, match="no link"):
            stores.objects.put(key, b"x")
    assert set(tmp_path.iterdir()) == outside | {addresses.directory}
    assert len(list(stores.objects.list())) == 6


def test_who_waits_for_a_message_is_woken_when_the_stores_close(addresses):
    stores = open_stores(addresses)
    queue = stores.queue(QueueSpec("q"))
    found = []
    waiting = threading.Thread(target=lambda: found.append(queue.receive(wait_seconds=20)))
    waiting.start()
    stores.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert found in ([[]], [])


def test_nothing_is_open_once_closed(addresses):
    with open_stores(addresses) as stores:
        stores.table(SPEC).put({"site": "sim", "ulid": "1"})
        stores.queue(QueueSpec("q")).depth()
        stores.objects.put("a", b"x")
        threads = [threading.Thread(target=stores.table(SPEC).get, args=("sim", "1")) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    held = {os.path.realpath(file) for file in Path("/proc/self/fd").iterdir()}
    assert not [path for path in held if path.startswith(str(addresses.directory))]
