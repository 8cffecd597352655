"""What is removed, replaced or damaged beneath running stores is said, and nothing else is lost for it."""

import base64
import os
import shutil

import pytest

from ocs_sim.stores import (
    ImageRecord,
    LimitExceeded,
    NotAStore,
    QueueSpec,
    StoreError,
    StoreFull,
    StoreGone,
    TableSpec,
    open_stores,
)
from ocs_sim.stores._embedded import _objects
from tests.stores.clocks import HandClock

SPEC = TableSpec("ports-lost", "site", changes=True)


def writes(stores):
    """Return a write to each store, by the name of its file."""
    queue, table, objects, images = (
        stores.queue(QueueSpec("q")),
        stores.table(SPEC),
        stores.objects,
        stores.images,
    )
    return {
        "queues": lambda: queue.send("a", group="g", deduplication_id=os.urandom(8).hex()),
        "tables": lambda: table.put({"site": "sim", "n": os.urandom(8)}),
        "objects": lambda: objects.put("a", b"x"),
        "images": lambda: images.record(ImageRecord(base_filename="a", site="sim")),
    }


def test_nothing_is_written_to_what_was_removed(stores, addresses, tmp_path):
    all_writes = writes(stores)
    for write in all_writes.values():
        write()
    addresses.directory.rename(tmp_path / "elsewhere")
    for name, write in all_writes.items():
        with pytest.raises(StoreError, match=name):
            write()
    for read in (
        lambda: stores.table(SPEC),
        lambda: stores.objects.head("a"),
        lambda: stores.images.get("a"),
    ):
        with pytest.raises(StoreGone, match="removed or replaced"):
            read()
    assert not addresses.directory.exists()
    (tmp_path / "elsewhere").rename(addresses.directory)
    for write in all_writes.values():
        write()


def test_nor_to_what_another_process_put_in_its_place(stores, addresses):
    all_writes = writes(stores)
    for write in all_writes.values():
        write()
    shutil.rmtree(addresses.directory)
    with open_stores(addresses) as others:
        for write in writes(others).values():
            write()
        for name in ("queues", "tables", "images"):
            with pytest.raises(StoreGone, match=name):
                all_writes[name]()
        assert others.queue(QueueSpec("q")).depth().waiting == 1


@pytest.mark.parametrize("name", ["queues", "tables", "objects", "images"])
def test_a_damaged_file_is_named_and_left_as_it_is(addresses, name):
    with open_stores(addresses) as stores:
        writes(stores)[name]()
    path = addresses.directory / f"{name}.sqlite"
    damaged = path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096)
    path.write_bytes(damaged)
    with (
        open_stores(addresses) as stores,
        pytest.raises(NotAStore, match=f"{name}.sqlite is not a whole SQLite"),
    ):
        writes(stores)[name]()
    assert path.read_bytes() == damaged


def contents(addresses):
    return {path.name for path in (addresses.directory / "objects" / "data").glob("*/*")}


def test_without_its_index_no_content_is_taken_for_an_orphan(addresses, caplog):
    clock = HandClock()
    with open_stores(addresses, clock) as stores:
        stores.objects.put("a", b"an image")
    before = contents(addresses)
    for path in (addresses.directory / "objects" / "data").glob("*/*"):
        os.utime(path, (clock.unix - 7200, clock.unix - 7200))
    (addresses.directory / "objects.sqlite").unlink()
    for _ in range(2):
        clock.advance(7200)
        with open_stores(addresses, clock) as stores:
            assert stores.objects.swept == 0
            stores.objects.put("b", b"another")
    assert before < contents(addresses)
    assert "they are kept" in caplog.text


def test_with_an_old_index_no_content_is_taken_for_an_orphan(addresses, monkeypatch, caplog):
    monkeypatch.setattr(_objects, "MOST_ORPHANS", 3)
    clock = HandClock()
    index = addresses.directory / "objects.sqlite"
    with open_stores(addresses, clock) as stores:
        stores.objects.put("a", b"x")
    backup = index.read_bytes()
    with open_stores(addresses, clock) as stores:
        for number in range(4):
            stores.objects.put(f"{number}", b"x")
    index.write_bytes(backup)
    clock.advance(7200)
    with open_stores(addresses, clock) as stores:
        assert stores.objects.swept == 0
        assert stores.objects.get("a") == b"x"
    assert len(contents(addresses)) == 5
    assert "4 files below" in caplog.text


def test_an_index_of_the_first_version_goes_on(addresses):
    with open_stores(addresses) as stores:
        stores.objects.put("a", b"x")
        with stores.objects._index._database.write() as connection:
            connection.execute("drop table made")
            connection.execute("pragma user_version = 1")
    with open_stores(addresses) as stores:
        assert stores.objects.get("a") == b"x"
        stores.objects.put("b", b"y")


@pytest.mark.parametrize("position", ["9" * 30, "²", "-1"])
def test_a_position_that_nobody_told(stores, position):
    with pytest.raises(LimitExceeded, match="position"):
        stores.table(SPEC).changes(position)


def test_half_of_a_character_is_no_page(stores):
    after = base64.urlsafe_b64encode(b'["\\ud800"]').decode()
    with pytest.raises(LimitExceeded, match="no page told this"):
        stores.table(SPEC).query("sim", after=after)


def test_a_full_disk_is_told_of_images(stores):
    stores.images.record(ImageRecord(base_filename="a", site="sim"))
    with stores.images._engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 1")
    long = ImageRecord(base_filename="b", site="sim", header={"A": "x" * 1_000_000})
    with pytest.raises(StoreFull, match=r"images\.sqlite"):
        stores.images.record(long)
