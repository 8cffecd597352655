"""The Site agent: images come into the stores, once, whatever happens."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from unittest.mock import create_autospec

import numpy as np
import pytest
from astropy.io import fits
from ocs_sim.agents._site import Delivered, Depot, Finder, HeardFiles, Journal, Retry

from ocs_sim.agent import Run
from ocs_sim.images import ImageName, read_image
from ocs_sim.remote import LastImage
from ocs_sim.stores import open_stores
from ocs_sim.testing import ManualClock
from tests.agents.site_bench import Place, images_of, say_file, until_stored
from tests.images.scenes import START


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_the_files_are_as_they_were_written(place):
    path = place.take(1)
    with place.agent() as site:
        until_stored(site, 1)
    key = f"tst/{path.name}"
    with open_stores(place.addresses) as stores:
        info = stores.objects.head(key)
        assert stores.objects.get(key) == path.read_bytes()
        assert info.content_type == "application/fits"
        assert info.metadata["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (info.metadata["object"], info.metadata["filter"]) == ("M 42", "R")
        for level in (10, 11):
            picture = path.with_name(path.name.replace("EX00.fits", f"EX{level}.jpg"))
            assert stores.objects.get(f"tst/{picture.name}") == picture.read_bytes()
            assert stores.objects.head(f"tst/{picture.name}").content_type == "image/jpeg"
    assert len(place.stored_keys()) == 3


def test_what_is_known_of_it_is_recorded(place):
    path = place.take(1)
    with place.agent() as site:
        until_stored(site, 1)
    [record] = place.records()
    assert (record.site, record.data_type, record.base_filename) == (
        "tst",
        "EX",
        "tst-cam1-20261120-00000001",
    )
    assert record.capture_date == datetime.fromtimestamp(START + 1, UTC)
    assert (record.exposure_time, record.filter_used) == (30.0, "R")
    assert record.right_ascension == pytest.approx(83.8, abs=0.1)
    assert (record.username, record.user_id) == ("ada", "u1")
    assert (record.fits_01_exists, record.jpg_medium_exists, record.jpg_small_exists) == (True, True, True)
    assert record.key(10, "jpg") in place.stored_keys()
    assert (record.header["ORIGNAME"], record.header["SMARTSTK"]) == (path.name, "20261120")
    assert record.header["EXPTIME"] == fits.getheader(path)["EXPTIME"]


def test_pictures_are_made_where_there_are_none(place):
    path = place.take(1, pictures=False, compress=True)
    with place.agent() as site:
        until_stored(site, 1)
    assert path.name.endswith("EX00.fits.fz")
    assert place.stored_keys() == [
        f"tst/tst-cam1-20261120-00000001-{end}" for end in ("EX00.fits.fz", "EX10.jpg", "EX11.jpg")
    ]
    assert sorted(path.parent.iterdir()) == [path]


def test_it_is_told_which_images_there_are(place):
    with place.agent("--camera", "cam1", found=False) as site:
        path = place.take(3)
        say_file(site, path)
        until_stored(site, 1)
        [told] = [each.message for each in site.published("stored")]
    assert told["key"] == f"tst/{path.name}"
    assert (told["path"], told["start"], told["exposure"]) == (str(path), START + 3, 30.0)


def test_images_taken_while_it_was_dead_come_later_and_once(place):
    for number in (1, 2):
        place.take(number)
    with place.agent() as site:
        until_stored(site, 2)
    place.take(3)
    with place.agent() as site:
        until_stored(site, 3)
        assert [each.message["base_name"][-1] for each in site.published("stored")] == ["3"]
    with place.agent() as site:
        site.stop("images")
        site.wait("images")
        assert site.run("images", test_mode=True).session["data"]["stored"] == 3
        assert site.published("stored") == []
    assert len(place.records()) == 3
    assert len(place.stored_keys()) == 9


def test_the_newest_come_first(place):
    for number in (2, 3, 1):
        place.take(number)
    with place.agent() as site:
        until_stored(site, 3)
        told = [each.message["base_name"][-1] for each in site.published("stored")]
        assert told == ["3", "2", "1"]
        assert images_of(site)["latest"]["name"].startswith("tst-cam1-20261120-00000003")


def test_new_nights_and_new_images_in_old_ones_are_found(place):
    place.take(1)
    with place.agent("--scan-period", "0.05") as site:
        until_stored(site, 1)
        place.take(2)
        until_stored(site, 2)
        other = place.nights / "20261121"
        other.mkdir()
        place.take(3).rename(other / "tst-cam1-20261121-00000003-EX00.fits")
        until_stored(site, 3)


def test_what_is_no_image_of_a_camera_is_left_alone(place):
    path = place.take(1)
    (path.parent / "notes.txt").write_text("clouds")
    (path.parent / "tst-cam1-20261120-00000001-EX01.fits").write_bytes(path.read_bytes())
    (path.parent / ".tst-cam1-20261120-00000002-EX00.fits.0123.part").write_bytes(b"half")
    with place.agent() as site:
        until_stored(site, 1)
        assert images_of(site)["refused"] == 0
    assert len(place.stored_keys()) == 3


def test_what_cannot_be_read_is_refused_and_others_are_not(place):
    damaged, good = place.take(2), place.take(1)
    damaged.write_bytes(b"SIMPLE  = no, not really")
    with place.agent() as site:
        until_stored(site, 1)
        assert images_of(site)["refused"] == 1
        told = str(site.status("images").session["messages"])
        assert f"{damaged.name} is not stored" in told
        assert not site.status("images").session["degraded"]
    damaged.unlink()
    place.take(2)
    with place.agent() as site:
        until_stored(site, 2)
        assert images_of(site)["refused"] == 0
    assert good.exists()


def test_an_image_that_is_deleted_before_its_turn_is_forgotten(place):
    with place.agent("--camera", "cam1", found=False) as site:
        path = place.take(1)
        path.unlink()
        say_file(site, path)
        say_file(site, place.take(2))
        until_stored(site, 1)
        site.until(lambda: "is not there any more" in str(site.status("images").session["messages"]))


def test_another_image_of_the_same_name_does_not_replace_the_first(place):
    path = place.take(1)
    first = path.read_bytes()
    with place.agent() as site:
        until_stored(site, 1)
    path.unlink()
    place.take(1, seed=99)
    (place.addresses.directory / "journals" / "site1.sqlite").unlink()
    with place.agent() as site:
        site.until(lambda: images_of(site).get("refused") == 1)
        assert "another image is stored" in str(site.status("images").session["messages"])
    with open_stores(place.addresses) as stores:
        assert stores.objects.get(f"tst/{path.name}") == first


@pytest.mark.parametrize("content", [None, b"this is no database" * 100])
def test_without_its_journal_it_begins_anew_and_stores_nothing_twice(place, content):
    place.take(1)
    journal = place.addresses.directory / "journals" / "site1.sqlite"
    with place.agent() as site:
        until_stored(site, 1)
    journal.unlink()
    if content is not None:
        journal.write_bytes(content)
    with place.agent() as site:
        until_stored(site, 1)
        assert images_of(site)["latest"]["name"] == "tst-cam1-20261120-00000001-EX00.fits"
    assert (len(place.records()), len(place.stored_keys())) == (1, 3)
    assert journal.with_name("site1.sqlite.damaged").exists() is (content is not None)


def test_images_wait_while_the_store_is_away_and_come_when_it_is_back(place):
    directory = place.addresses.directory
    directory.write_text("no directory")
    with place.agent(
        "--camera", "cam1", "--journal-dir", str(place.directory / "journals"), found=False
    ) as site:
        for number in (1, 2, 3):
            say_file(site, place.take(number))
        site.until(lambda: site.status("images").session["degraded"] and images_of(site).get("waiting") == 3)
        assert str(directory) in site.status("images").session["degraded_reason"]
        assert site.published("stored") == []
        directory.unlink()
        until_stored(site, 3)
        site.until(lambda: not site.status("images").session["degraded"])
    assert len(place.records()) == 3


def test_heard_images_wait_while_nothing_can_be_noted(place):
    directory = place.addresses.directory
    directory.write_text("no directory for a journal either")
    with place.agent("--camera", "cam1", found=False) as site:
        say_file(site, place.take(1))
        site.until(lambda: "journal" in str(site.status("images").session["degraded_reason"]))
        directory.unlink()
        until_stored(site, 1)


def test_an_image_that_always_fails_keeps_none_from_being_stored(place):
    for number in (1, 2, 3):
        place.take(number)
    blocked = place.nights / "20261120" / "tst-cam1-20261120-00000003-EX10.jpg"
    blocked.unlink()
    blocked.symlink_to("/proc/self/mem")
    with place.agent() as site:
        site.until(lambda: images_of(site).get("stored") == 2)
        assert images_of(site)["waiting"] == 1
        site.until(lambda: site.status("images").session["degraded"])
        blocked.unlink()
        until_stored(site, 3)


class Backlog:
    """Delivers nothing anywhere; hears of a new image while it delivers the first."""

    def __init__(self, heard, new):
        self.heard, self.new, self.delivered = heard, [new], []

    def deliver(self, path):
        self.delivered.append(path.name[-11])
        for each in self.new:
            self.heard.add(each)
        self.new = []
        name = ImageName.parse(path)
        return Delivered(path, name, (path.name,), LastImage(path.name, path.name, float(name.number)))


def test_a_new_image_goes_before_a_backlog(place):
    heard, told = HeardFiles(), []
    delivery = Backlog(heard, place.take(9))
    for number in (1, 2, 3):
        heard.add(place.take(number))
    clock = ManualClock()
    journal = Journal(place.directory / "journal.sqlite")
    depot = Depot(journal, Finder([], 60.0, clock), heard, delivery, Retry(1.0, 60.0, clock), told.append)
    depot.work(create_autospec(Run, instance=True, cancelled=False))
    depot.close()
    assert delivery.delivered == ["3", "9", "2", "1"]
    assert depot.standing.latest.name == "tst-cam1-20261120-00000009-EX00.fits"
    assert (depot.standing.stored, depot.standing.waiting, len(told)) == (4, 0, 4)


SCRIPT = """
import os, signal, sys
from pathlib import Path
from ocs_sim.agents._site._journal import Journal
from ocs_sim.stores._embedded import FileObjects
from ocs_sim.stores._images_sqlite import SqliteRecorder
from tests.agents.site_bench import Place

owner = {"put": FileObjects, "record": SqliteRecorder, "stored": Journal}[sys.argv[2]]
left, original = int(sys.argv[3]), getattr(owner, sys.argv[2])

def killed(*arguments, **options):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return original(*arguments, **options)

setattr(owner, sys.argv[2], killed)
with Place(Path(sys.argv[1])).agent() as site:
    site.wait("images", 60.0)
"""


@pytest.mark.integration
@pytest.mark.parametrize(("seam", "calls"), [("put", 1), ("record", 0), ("stored", 1)])
def test_killed_in_between_it_finishes_what_it_began(place, seam, calls):
    for number in (1, 2):
        place.take(number)
    command = [sys.executable, "-c", SCRIPT, str(place.directory), seam, str(calls)]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with place.agent() as site:
        until_stored(site, 2)
    assert sorted(each.base_filename[-1] for each in place.records()) == ["1", "2"]
    assert len(place.stored_keys()) == 6
    with open_stores(place.addresses) as stores:
        for each in place.nights.glob("*/*.fits"):
            there = place.directory / "downloaded.fits"
            there.write_bytes(stores.objects.get(f"tst/{each.name}"))
            assert np.array_equal(read_image(there).data, read_image(each).data)


def test_a_link_opens_the_latest_image(place):
    path = place.take(5)
    with place.agent() as site:
        until_stored(site, 1)
        site.until(lambda: (state := place.state()) is not None and state.last_image_key is not None)
    with open_stores(place.addresses) as stores:
        key = place.state().last_image_key
        assert stores.objects.get(key) == path.read_bytes()
        assert key.split("/")[1] in stores.objects.link(key)


def test_its_journal_is_a_file_that_can_be_looked_at(place):
    place.take(1)
    with place.agent() as site:
        until_stored(site, 1)
    journals = place.addresses.directory / "journals"
    with sqlite3.connect(journals / "site1.sqlite") as connection:
        assert connection.execute("SELECT state, count(*) FROM images GROUP BY state").fetchall() == [
            ("stored", 1)
        ]
    connection.close()
    assert [each.name for each in journals.iterdir()] == ["site1.sqlite"]
