"""Files of images are whole or not there, whatever is killed, full or in the way."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from ocs_sim.images import (
    ImageExists,
    ImageName,
    NotAnImageName,
    NotWritten,
    build_header,
    check_image,
    read_image,
    remove_leftovers,
    write_image,
)
from tests.images.scenes import NAME, all_facts, sky

HEADER = build_header(all_facts())


def test_an_image_is_not_overwritten_unless_asked(tmp_path):
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    before = path.read_bytes()
    with pytest.raises(ImageExists):
        write_image(path, sky(seed=2), HEADER)
    assert path.read_bytes() == before
    write_image(path, sky(seed=2), HEADER, overwrite=True)
    assert path.read_bytes() != before
    assert list(tmp_path.iterdir()) == [path]


def test_an_image_that_another_process_writes_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    path = tmp_path / str(NAME)
    really = os.fsync

    def somebody_is_faster(descriptor):
        path.write_bytes(b"theirs")
        really(descriptor)

    monkeypatch.setattr(os, "fsync", somebody_is_faster)
    with pytest.raises(ImageExists):
        write_image(path, sky(), HEADER)
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_links_gets_a_rename(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    assert check_image(path) == []
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["nowhere/a.fits", "file/a.fits"])
def test_a_place_that_cannot_be_written_is_said(tmp_path, place):
    (tmp_path / "file").touch()
    with pytest.raises(NotWritten):
        write_image(tmp_path / place, sky(), HEADER)


WRITE = """
import os, resource, signal, sys
from pathlib import Path
from ocs_sim.images import NotWritten, build_header, write_image
from tests.examples import examples
from tests.images.scenes import all_facts, sky
path, how = Path(sys.argv[1]), sys.argv[2]
header = build_header(all_facts())

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if how in ("fsync", "link"):
    setattr(os, how, die)
elif how == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
elif how == "loop":
    scenes = [sky((512, 512), seed) for seed in range(2)]
    while True:
        for scene in scenes:
            write_image(path, scene, header, overwrite=True)
            print("written", flush=True)
try:
    write_image(path, sky((512, 512)), header)
except NotWritten as error:
    sys.exit(str(error))
"""


def writing(path, how):
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(path), how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("moment", ["fsync", "link"])
def test_a_writer_that_is_killed_leaves_no_torn_file(tmp_path, moment):
    path = tmp_path / str(NAME)
    done = writing(path, moment)
    done.communicate(timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not path.exists()
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".")
    assert not list(tmp_path.glob("*.fits"))
    with pytest.raises(NotAnImageName):
        ImageName.parse(part)
    assert remove_leftovers(tmp_path) == [part]
    assert write_image(path, sky(), HEADER).exists()


def test_a_writer_that_is_killed_at_any_time_leaves_a_whole_file(tmp_path):
    path = tmp_path / str(NAME)
    wholes = [sky((512, 512), seed) for seed in range(2)]
    for pause in (0.004, 0.023):
        process = writing(path, "loop")
        for _ in range(3):
            assert process.stdout.readline() == "written\n"
        time.sleep(pause)
        process.kill()
        process.communicate()
        assert check_image(path) == []
        assert any(np.array_equal(read_image(path).data, whole) for whole in wholes)
        remove_leftovers(tmp_path)
        assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    path = tmp_path / str(NAME)
    done = writing(path, "full")
    _, told = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "the disk took a part of it only; it may be full" in told
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_on_the_way_leaves_what_was_there(tmp_path, monkeypatch):
    path = write_image(tmp_path / str(NAME), sky(), HEADER)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotWritten, match="No space left"):
        write_image(path, sky(seed=2), HEADER, overwrite=True)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_being_written_is_no_leftover(tmp_path, monkeypatch):
    path, seen = tmp_path / str(NAME), []
    really = os.fsync

    def look(descriptor):
        seen.append(remove_leftovers(tmp_path))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write_image(path, sky(), HEADER)
    assert seen
    assert not any(seen)
    assert check_image(path) == []
