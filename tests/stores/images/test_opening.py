"""Image databases that cannot be had, and what is said of them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy

from ocs_sim.stores import BadStoreAddress, StoreUnreachable
from ocs_sim.stores._images import ImageDatabase
from ocs_sim.stores._images_errors import DriverMissing, WrongSchema
from ocs_sim.stores._images_record import ImageFilter, ImageRecord


def test_without_its_driver_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DriverMissing, match=r"pip install 'ocs-sim\[postgres\]'") as told:
        ImageDatabase("postgresql://ada:secret@db.example/images")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "url", ["mysql://ada:secret@db/images", "ada:secret", "sqlite://", "", "sqlite:///:memory:"]
)
def test_an_address_that_cannot_be_used_is_refused_without_telling_its_password(url):
    with pytest.raises(BadStoreAddress, match="image database") as told:
        ImageDatabase(url)
    assert "secret" not in str(told.value)


def test_a_server_that_is_away_is_unreachable_and_asked_again(tmp_path):
    with ImageDatabase(f"postgresql://ada:secret@/images?host={tmp_path}") as images:
        for _ in range(2):
            with pytest.raises(StoreUnreachable, match="image database") as told:
                images.get("a")
            assert "secret" not in str(told.value)


def test_a_file_that_cannot_be_made_is_unreachable_until_it_can(tmp_path):
    in_the_way = tmp_path / "made"
    in_the_way.write_text("")
    with ImageDatabase(in_the_way / "images.sqlite") as images:
        with pytest.raises(StoreUnreachable):
            images.get("a")
        in_the_way.unlink()
        assert images.get("a") is None


def test_a_file_that_is_none_is_told(tmp_path):
    (tmp_path / "images.sqlite").write_bytes(b"this is no database at all, and longer than a header" * 20)
    with (
        ImageDatabase(tmp_path / "images.sqlite") as images,
        pytest.raises(Exception, match="not a database"),
    ):
        images.get("a")


def test_tables_of_another_version_are_not_touched(url):
    with ImageDatabase(url) as images:
        images.get("a")
    change(url, "UPDATE images_schema SET version = 2")
    with ImageDatabase(url) as images, pytest.raises(WrongSchema, match="version 2 of our tables"):
        images.get("a")


def test_a_table_of_somebody_else_is_not_touched(url, tmp_path):
    (tmp_path / "made").mkdir()
    change(url, "CREATE TABLE images (image_id integer)")
    with ImageDatabase(url) as images, pytest.raises(WrongSchema, match="somebody else"):
        images.get("a")


def change(url, statement):
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(statement))
    engine.dispose()


def test_it_is_written_ahead_and_synchronised(tmp_path):
    with ImageDatabase(tmp_path / "images.sqlite") as images:
        images.record(ImageRecord(base_filename="a", site="wmd"))
        assert (tmp_path / "images.sqlite-wal").exists()
    with sqlite3.connect(tmp_path / "images.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_queries_go_by_indices(tmp_path):
    with ImageDatabase(tmp_path / "images.sqlite") as images:
        images.record(ImageRecord(base_filename="a", site="wmd"))
    with sqlite3.connect(tmp_path / "images.sqlite") as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM images "
            "WHERE site = 'wmd' ORDER BY sort_date DESC, image_id DESC"
        ).fetchall()
    connection.close()
    assert "images_site_sort_date" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


WRITER = """
import sys
from pathlib import Path
from ocs_sim.stores._images import ImageDatabase
from ocs_sim.stores._images_record import ImageRecord

images = ImageDatabase(Path(sys.argv[1]))
for number in range(1_000_000):
    images.record(ImageRecord(base_filename=f"a{number}", site="wmd", jpg_medium_exists=True))
    print(number, flush=True)
"""


@pytest.mark.integration
def test_what_was_acknowledged_outlives_its_writer(tmp_path):
    for killed_after in (1, 10, 25):
        path = tmp_path / f"{killed_after}.sqlite"
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            acknowledged = [int(writer.stdout.readline()) for _ in range(killed_after)]
            writer.kill()
            acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
        with ImageDatabase(path) as images:
            assert len(images.filtered(ImageFilter())) > acknowledged[-1]
