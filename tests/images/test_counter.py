"""Numbers of images never repeat, whoever counts and whatever dies."""

import subprocess
import sys

import pytest

from ocs_sim.images import CounterDamaged, CounterExhausted, ImageCounter, NotWritten

COUNT = """
import sys
from pathlib import Path
from ocs_sim.images import ImageCounter
counter = ImageCounter(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    print(counter.next("tst", "cam1"), flush=True)
"""


def counting(directory, times):
    return subprocess.Popen(
        [sys.executable, "-c", COUNT, str(directory), str(times)], stdout=subprocess.PIPE, text=True
    )


def test_it_counts_each_camera_from_one_and_goes_on_after_a_restart(tmp_path):
    counter = ImageCounter(tmp_path)
    assert [counter.next("tst", "cam1") for _ in range(3)] == [1, 2, 3]
    assert counter.next("tst", "cam2") == 1
    assert ImageCounter(tmp_path).next("tst", "cam1") == 4


def test_without_its_file_it_goes_on_after_the_images_that_are_there(tmp_path):
    (tmp_path / "20261120").mkdir()
    (tmp_path / "20261120/tst-cam1-20261120-00000041-EX00.fits").touch()
    (tmp_path / "tst-cam1-20261119-00000007-EX10.jpg").touch()
    (tmp_path / "tst-cam1-notes.txt").touch()
    (tmp_path / "tst-cam2-20261120-00000099-EX00.fits").touch()
    assert ImageCounter(tmp_path).next("tst", "cam1") == 42


def test_processes_never_get_the_same_number_even_when_one_is_killed(tmp_path):
    victim, others = counting(tmp_path, 100_000), [counting(tmp_path, 40) for _ in range(2)]
    first = int(victim.stdout.readline())
    numbers = [int(line) for each in others for line in each.communicate(timeout=60)[0].split()]
    victim.kill()
    numbers += [
        first,
        *(int(line) for line in victim.communicate()[0].splitlines(keepends=True) if "\n" in line),
    ]
    assert len(numbers) > 80
    assert len(set(numbers)) == len(numbers)
    assert ImageCounter(tmp_path).next("tst", "cam1") > max(numbers)


def test_the_last_number_is_said(tmp_path):
    (tmp_path / ".tst-cam1.count").write_text("99999998\n")
    counter = ImageCounter(tmp_path)
    assert counter.next("tst", "cam1") == 99_999_999
    with pytest.raises(CounterExhausted):
        counter.next("tst", "cam1")


def test_a_damaged_file_is_not_taken_for_a_number(tmp_path):
    (tmp_path / ".tst-cam1.count").write_text("")
    with pytest.raises(CounterDamaged, match="Remove it"):
        ImageCounter(tmp_path).next("tst", "cam1")


def test_a_directory_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NotWritten, match="No such file"):
        ImageCounter(tmp_path / "nowhere").next("tst", "cam1")
