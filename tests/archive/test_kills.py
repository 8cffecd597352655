"""kill -9 at any instant: nothing that was synced is lost, nothing is there twice, every file opens."""

import random
import signal
import subprocess
import sys
from dataclasses import replace

import h5py
import pytest

from ocs_sim.archive import Archive, seal
from tests.archive.dying import ROOT, killed_at_each_step
from tests.archive.making import START, HandClock, counted, values, write
from tests.archive.publishing import BOOT, FEED
from tests.archive.recorder import open_recorder, replay
from tests.archive.recorder_that_dies import UPTO

TORN = b"\x30\0\0\0 torn"


def every_file_opens(directory):
    for path in directory.rglob("*.h5"):
        with h5py.File(path) as file:
            assert file.attrs["NX_class"] == "NXroot"


def recorded(directory):
    """The numbers of all blocks, in the order in which they are read, after their samples were checked."""
    # In this order: a journal that is sealed meanwhile is a sealed file by then.
    if not any(directory.rglob("*.journal")) and not any(directory.rglob("*.h5")):
        return []
    with Archive(directory) as archive:
        blocks = list(archive.as_published())
        assert archive.unreadable == {}
    for block in blocks:
        first = block.sequence * 10
        assert block.feed_address == FEED
        assert block.data["a"].tolist() == [float(first + at) for at in range(10)]
        assert block.data["b"].tolist() == [float(first + at + 1) for at in range(10)]
    return [block.sequence for block in blocks]


def run(directory, published, lines, seconds):
    """Run a recorder until it has printed so many lines, or for so many seconds; kill it.

    Returns how many blocks it had published and how many of them it had called durable.
    """
    program = [sys.executable, "-m", "tests.archive.recorder", str(directory), str(published)]
    told = {"published": published, "durable": 0}
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT) as recorder:
        if seconds is not None:
            try:
                recorder.wait(seconds)
            except subprocess.TimeoutExpired:
                recorder.kill()
            lines = 10**9
        for line in recorder.stdout:
            if line.endswith("\n"):
                word, number = line.split()
                told[word] = int(number)
            lines -= 1
            if lines == 0:
                recorder.send_signal(signal.SIGKILL)
    assert recorder.returncode == -signal.SIGKILL
    return told["published"], told["durable"]


@pytest.mark.integration
@pytest.mark.parametrize("seed", [1, 2])
def test_a_recorder_that_is_killed_again_and_again_loses_nothing_and_has_nothing_twice(tmp_path, seed):
    chance = random.Random(seed)
    published = 0
    for _ in range(7):
        early = chance.random() < 0.3
        seconds = chance.uniform(0.2, 0.9) if early else None
        published, durable = run(tmp_path, published, chance.randint(1, 80), seconds)
        every_file_opens(tmp_path)
        numbers = recorded(tmp_path)
        assert numbers == sorted(set(numbers)), "a block is there twice, or out of order"
        assert set(range(durable)) <= set(numbers), "a block that was durable is lost"
        assert not set(numbers) - set(range(published))
    recorder = open_recorder(tmp_path, HandClock(START + 1e6))
    replay(recorder, published)
    assert recorder.close() == []
    assert recorded(tmp_path) == list(range(published))
    assert list(tmp_path.rglob("*.journal")) == []
    every_file_opens(tmp_path)


@pytest.fixture(scope="module")
def killed_recorders(tmp_path_factory):
    """What a recorder left that was killed at its first, second, ... step of recovery and recording."""
    template, scratch = tmp_path_factory.mktemp("template"), tmp_path_factory.mktemp("killed")
    recorder = open_recorder(template, HandClock(START - 500), bytes_per_file=5_000)
    replay(recorder, 12)
    recorder.close()
    # Two journals that were left behind, the last one torn, with holes that are to be replayed.
    for at, numbers in enumerate([(15, 14, 20), (21, 22, 30)]):
        left = write(template / "left", *(block(number) for number in numbers), sealed=False)[0]
        left.rename(template / "17636" / f"{1763639900 + at}.journal")
    with (template / "17636" / "1763639901.journal").open("ab") as torn:
        torn.write(TORN)
    return template, killed_at_each_step("recorder_that_dies", template, scratch)


def block(number):
    item = counted(number, boot_id=BOOT)
    return replace(item, columns={"a": item.columns["a"], "b": [value + 1 for value in item.columns["a"]]})


DURABLE = {*range(12), 14, 15, 20, 21, 22, 30}


@pytest.mark.integration
def test_a_recorder_that_is_killed_at_any_step_is_continued_by_the_next(killed_recorders):
    template, directories = killed_recorders
    assert set(recorded(template)) == DURABLE
    assert len(directories) > 60
    for directory in directories:
        step = f"killed at step {directory.name}"
        every_file_opens(directory)
        numbers = recorded(directory)
        assert numbers == sorted(set(numbers)), step
        assert set(numbers) >= DURABLE, step
        recorder = open_recorder(directory, HandClock(START + 60), bytes_per_file=5_000)
        replay(recorder, UPTO)
        assert recorder.close() == [], step
        assert recorded(directory) == list(range(UPTO)), step
        assert not [path for path in directory.rglob("*") if path.suffix in (".journal", ".sealing")], step
        assert [path.read_bytes() for path in directory.rglob("*.torn-*")].count(TORN) == 1, step


@pytest.mark.integration
def test_a_sealing_that_is_killed_at_any_step_is_finished_by_the_next(tmp_path):
    template = tmp_path / "template"
    (journal,) = write(template, *(counted(number) for number in range(5)), sealed=False)
    with journal.open("ab") as torn:
        torn.write(b"torn")
    expected = [float(number) for number in range(50)]
    directories = killed_at_each_step("sealer_that_dies", template, tmp_path / "killed")
    assert len(directories) > 10
    for directory in directories:
        step = f"killed at step {directory.name}"
        every_file_opens(directory)
        assert values(directory, "a")["data1.thermometers.temps.a"] == expected, step
        seal(directory / journal.relative_to(template))
        assert values(directory, "a")["data1.thermometers.temps.a"] == expected, step
        left = sorted(path.name.partition("-")[0] for path in directory.glob("*/*"))
        assert left == ["1763640000.h5", "1763640000.journal.torn"], step
