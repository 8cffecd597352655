"""Recording in an SQLite file without SQLAlchemy: what is in the file is what ImageDatabase writes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from ocs_sim.stores import StoreAddresses, StoreGone, open_stores
from ocs_sim.stores._images_errors import WrongSchema
from ocs_sim.stores._images_record import ImageRecord
from ocs_sim.testing import ManualClock

NIGHT = datetime(2026, 11, 21, 22, 0, 0, 250_000, tzinfo=UTC)
RECORDS = (
    ImageRecord(base_filename="a", site="wmd"),
    ImageRecord(
        base_filename="b",
        site="wmd",
        directory="wmd",
        data_type="EP",
        capture_date=NIGHT,
        right_ascension=83.8,
        airmass=float("nan"),
        username="Ada Ž.",
        header={"SIMPLE": True, "NAXIS": 2, "BLANK": None},
        fits_01_exists=True,
    ),
    # Again, with other facts: None stays as it was, and so do flags.
    ImageRecord(base_filename="b", site="wmd", sort_date=NIGHT + timedelta(hours=1), jpg_small_exists=True),
    ImageRecord(base_filename="a", site="sso", exposure_time=12.5, filter_used="rp", fits_10_exists=True),
)


def stores(directory):
    return open_stores(StoreAddresses(directory=directory), ManualClock(1_800_000_000.5))


def rows(directory):
    with closing(sqlite3.connect(directory / "images.sqlite")) as file:
        return file.execute("SELECT * FROM images ORDER BY image_id").fetchall()


def test_both_ways_write_the_same(tmp_path):
    for name in ("light", "full"):
        with stores(tmp_path / name) as opened:
            opened.images.latest("wmd", 1)
            for each in RECORDS:
                (opened.record_image if name == "light" else opened.images.record)(each)
    assert rows(tmp_path / "light") == rows(tmp_path / "full")
    assert len(rows(tmp_path / "light")) == 2


def schema(directory):
    with closing(sqlite3.connect(directory / "images.sqlite")) as file:
        return file.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_both_ways_make_the_same_tables(tmp_path):
    with stores(tmp_path / "light") as light, stores(tmp_path / "full") as full:
        light.record_image(RECORDS[0])
        full.images.record(RECORDS[0])
    assert schema(tmp_path / "light") == schema(tmp_path / "full")
    assert rows(tmp_path / "light") == rows(tmp_path / "full")


def test_tables_of_somebody_else_stay_as_they_are(tmp_path):
    with closing(sqlite3.connect(tmp_path / "images.sqlite")) as file:
        file.execute("CREATE TABLE images (theirs)")
    before = schema(tmp_path)
    with stores(tmp_path) as opened, pytest.raises(WrongSchema, match="somebody else"):
        opened.record_image(RECORDS[0])
    assert schema(tmp_path) == before


def test_the_first_record_makes_the_database(tmp_path):
    with stores(tmp_path) as opened:
        for each in RECORDS:
            opened.record_image(each)
        assert opened.images.get("b").username == "Ada Ž."


def test_who_only_records_needs_no_sqlalchemy(tmp_path):
    code = f"""
import sys
from pathlib import Path
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.stores._images_record import ImageRecord
with open_stores(StoreAddresses(directory=Path({str(tmp_path)!r}))) as stores:
    stores.record_image(ImageRecord(base_filename="c", site="wmd"))
print(sorted(name for name in sys.modules if "sqlalchemy" in name))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
    assert len(rows(tmp_path)) == 1


def test_a_file_that_was_removed_beneath_is_missed(tmp_path):
    with stores(tmp_path) as opened:
        opened.record_image(RECORDS[0])
    with stores(tmp_path) as opened:
        opened.record_image(RECORDS[1])
        (tmp_path / "images.sqlite").unlink()
        with pytest.raises(StoreGone):
            opened.record_image(RECORDS[2])


def test_tables_of_another_version_are_not_written(tmp_path):
    with stores(tmp_path) as opened:
        opened.record_image(RECORDS[0])
    with closing(sqlite3.connect(tmp_path / "images.sqlite")) as file, file:
        file.execute("UPDATE images_schema SET version = 7")
    with stores(tmp_path) as opened, pytest.raises(WrongSchema, match="version 7"):
        opened.record_image(RECORDS[1])
    assert len(rows(tmp_path)) == 1
