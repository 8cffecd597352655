"""What goes wrong with files is told in words that say what to do."""

import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ocs_sim.stores import (
    LinkRefused,
    NoSuchObject,
    NotAStore,
    QueueSpec,
    StoreAddresses,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    TableSpec,
    open_stores,
)
from ocs_sim.stores._embedded import _blobs, _database, _faults

ROOT = Path(__file__).parents[3]
SPEC = TableSpec("ports-faults", "site")


def use_queue(stores):
    stores.queue(QueueSpec("ports-faults")).depth()


def use_table(stores):
    stores.table(SPEC)


def use_objects(stores):
    stores.objects.head("a")


USES = [("queues", use_queue), ("tables", use_table), ("objects", use_objects)]


@pytest.mark.parametrize(("name", "use"), USES)
def test_a_file_that_is_not_sqlite(stores, addresses, name, use):
    addresses.directory.mkdir()
    path = addresses.directory / f"{name}.sqlite"
    path.write_bytes(b"this is no database, but long enough to be read as one" * 100)
    with pytest.raises(NotAStore, match=f"{name}.sqlite"):
        use(stores)
    assert path.read_bytes().startswith(b"this is no database")


@pytest.mark.parametrize(("name", "use"), USES)
def test_a_file_of_another_program(stores, addresses, name, use):
    addresses.directory.mkdir()
    with closing(sqlite3.connect(addresses.directory / f"{name}.sqlite")) as connection:
        connection.execute("create table theirs (a)")
    with pytest.raises(NotAStore, match="another program"):
        use(stores)


@pytest.mark.parametrize(("name", "use"), USES)
def test_a_file_of_a_later_version(addresses, name, use):
    with open_stores(addresses) as earlier:
        use(earlier)
    with closing(sqlite3.connect(addresses.directory / f"{name}.sqlite")) as connection:
        connection.execute("pragma user_version = 99")
    with open_stores(addresses) as stores, pytest.raises(StoreTooNew, match="format 99"):
        use(stores)


@pytest.mark.parametrize(("name", "use"), USES)
def test_a_directory_that_cannot_be_made(tmp_path, name, use):
    (tmp_path / "file").write_text("in the way")
    with open_stores(StoreAddresses(tmp_path / "file" / "stores")) as stores, pytest.raises(StoreReadOnly):
        use(stores)


_AS_NOBODY = """
import os, sys
from pathlib import Path
import ocs_sim.stores._embedded
from ocs_sim.stores import QueueSpec, StoreAddresses, StoreReadOnly, TableSpec, open_stores
if not os.getuid():
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
with open_stores(StoreAddresses(Path(sys.argv[1]))) as stores:
    for use in (
        lambda: stores.queue(QueueSpec("q")).send("a", group="g", deduplication_id="x"),
        lambda: stores.table(TableSpec("ports-table", "site")).put({"site": "a"}),
        lambda: stores.objects.put("a", b""),
    ):
        try:
            use()
        except StoreReadOnly as error:
            print("told", error)
"""


@pytest.mark.integration
def test_a_directory_that_may_only_be_read():
    # Not pytest's own directory, which only its owner may enter.
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o555)
        command = [sys.executable, "-c", _AS_NOBODY, directory]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
        finally:
            Path(directory).chmod(0o755)
    assert done.stdout.count("told") == 3, done.stdout + done.stderr


def fill(table, stored):
    for number in range(1000):
        table.put({"site": f"{number}", "text": "x" * 5000})
        stored.append(f"{number}")


def test_a_full_disk_loses_nothing_and_is_told(monkeypatch, addresses):
    real = _database.connect

    def narrow(path):
        connection = real(path)
        connection.execute("pragma max_page_count = 40")
        return connection

    monkeypatch.setattr(_database, "connect", narrow)
    with open_stores(addresses) as stores:
        table = stores.table(SPEC)
        stored = []
        with pytest.raises(StoreFull, match=r"tables\.sqlite"):
            fill(table, stored)
        assert stored
        assert sorted(document["site"] for document in table.scan()) == sorted(stored)
        table.delete((stored.pop(),))
        table.put({"site": "again"})
    with open_stores(addresses) as stores:
        assert len(list(stores.table(SPEC).scan())) == len(stored) + 1


def test_a_full_disk_leaves_no_half_of_an_object(monkeypatch, stores, addresses):
    stores.objects.put("a", b"before")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_blobs.os, "fsync", full)
    with pytest.raises(StoreFull, match="objects"):
        stores.objects.put("a", b"after")
    assert stores.objects.get("a") == b"before"
    assert list((addresses.directory / "objects" / "temporary").iterdir()) == []


def test_a_content_that_somebody_removed(stores, addresses):
    stores.objects.put("a", b"x")
    for path in (addresses.directory / "objects" / "data").glob("*/*"):
        path.unlink()
    with pytest.raises(StoreError, match="'a'") as raised:
        stores.objects.get("a")
    assert not isinstance(raised.value, NoSuchObject)


def test_who_holds_the_lock_too_long_is_told_of(monkeypatch, addresses):
    monkeypatch.setattr(_database, "BUSY_SECONDS", 0.05)
    with open_stores(addresses) as stores:
        table = stores.table(SPEC)
        with closing(sqlite3.connect(addresses.directory / "tables.sqlite", isolation_level=None)) as other:
            other.execute("begin immediate")
            with pytest.raises(StoreBusy, match="locked"):
                table.put({"site": "sim"})
            other.execute("rollback")
        table.put({"site": "sim"})
    assert _faults.BUSY_SECONDS == 30


def test_who_opens_waits_while_another_process_makes_the_file(addresses):
    addresses.directory.mkdir()
    with closing(
        sqlite3.connect(addresses.directory / "tables.sqlite", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("begin")
        other.execute("select * from sqlite_master").fetchall()
        done = threading.Timer(0.2, other.execute, ["rollback"])
        done.start()
        try:
            with open_stores(addresses) as stores:
                stores.table(SPEC).put({"site": "sim"})
        finally:
            done.join()


def test_a_table_that_has_other_keys(stores):
    stores.table(SPEC)
    with pytest.raises(NotAStore, match="keys"):
        stores.table(TableSpec("ports-faults", "site", "ulid"))


def test_closed_stores_say_so(addresses):
    stores = open_stores(addresses)
    table, queue, objects = stores.table(SPEC), stores.queue(QueueSpec("q")), stores.objects
    stores.close()
    stores.close()
    for use in (lambda: table.get("a"), queue.depth, lambda: objects.head("a")):
        with pytest.raises(StoreError, match="closed"):
            use()
    for _, use in USES[:2]:
        with pytest.raises(StoreError, match="closed"):
            use(stores)


def test_a_secret_that_anybody_could_guess(stores, addresses):
    addresses.directory.mkdir()
    (addresses.directory / "link-secret").write_bytes(b"")
    with pytest.raises(NotAStore, match="link-secret"):
        stores.objects.link("a")


def test_a_link_to_get_shows_the_head_too(stores):
    query = dict(part.split("=") for part in stores.objects.link("a").partition("?")[2].split("&"))
    stores.objects.check_link("HEAD", "a", query)
    with pytest.raises(LinkRefused):
        stores.objects.check_link("DELETE", "a", query)
    with pytest.raises(LinkRefused):
        stores.objects.check_link("GET", "a", {})


def test_the_secret_is_the_owners(stores, addresses):
    link = stores.objects.link("a")
    assert (addresses.directory / "link-secret").stat().st_mode & 0o777 == 0o600
    with open_stores(addresses) as again:
        key, query = "a", dict(part.split("=") for part in link.partition("?")[2].split("&"))
        assert again.objects.check_link("GET", key, query)
