"""kill -9 at any instant: nothing that was synced is lost, nothing is there twice, every file opens."""

import signal
import subprocess
import sys
from pathlib import Path

import h5py
import pytest

from ocs_sim.archive import ArchiveWriter, seal
from tests.archive.making import START, HandClock, counted, values, write

HERE = Path(__file__).parent
A, B = "data1.f.temps.a", "data1.f.temps.b"


def every_file_opens(directory):
    for path in directory.rglob("*.h5"):
        with h5py.File(path) as file:
            assert file.attrs["NX_class"] == "NXroot"


def killed_recorder(directory, blocks, delay):
    """Run a recorder until it has synced `blocks`, kill it, and return the last block it called durable."""
    program = [sys.executable, str(HERE / "recorder.py"), str(directory)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as recorder:
        durable = -1
        while durable < blocks:
            durable = int(recorder.stdout.readline())
        # From here on it goes on at full speed, so that the kill lands anywhere in writing and sealing.
        for _ in range(delay):
            durable = int(recorder.stdout.readline())
        recorder.send_signal(signal.SIGKILL)
        for line in recorder.stdout:
            if line.endswith("\n"):
                durable = int(line)
    return durable


@pytest.mark.integration
@pytest.mark.parametrize("delay", [0, 1, 2, 3, 5, 8, 13, 21])
def test_a_killed_recorder_loses_nothing_that_was_synced(tmp_path, delay):
    durable = killed_recorder(tmp_path, 600, delay)
    every_file_opens(tmp_path)
    before = values(tmp_path)
    writer = ArchiveWriter(tmp_path, seal=seal, clock=HandClock(START + 1e6))
    writer.recover()
    assert writer.close() == []
    every_file_opens(tmp_path)
    assert list(tmp_path.rglob("*.journal")) == []
    after = values(tmp_path)
    assert before == after
    assert after[A] == after[B]
    assert len(after[A]) >= (durable + 1) * 10
    assert after[A] == [float(number) for number in range(len(after[A]))]


@pytest.mark.integration
def test_a_sealing_that_is_killed_at_any_step_is_finished_by_the_next(tmp_path):
    (journal,) = write(tmp_path, *(counted(number) for number in range(5)), sealed=False)
    content = journal.read_bytes() + b"torn"
    expected = [float(number) for number in range(50)]
    steps = 0
    while True:
        for path in journal.parent.iterdir():
            path.unlink()
        journal.write_bytes(content)
        program = [sys.executable, str(HERE / "sealer_that_dies.py"), str(journal), str(steps)]
        code = subprocess.run(program, capture_output=True).returncode
        every_file_opens(tmp_path)
        assert values(tmp_path, "a")["data1.thermometers.temps.a"] == expected, f"killed at step {steps}"
        seal(journal)
        assert values(tmp_path, "a")["data1.thermometers.temps.a"] == expected
        left = sorted(path.name.partition("-")[0] for path in journal.parent.iterdir())
        assert left == ["1763640000.h5", "1763640000.journal.torn"], f"killed at step {steps}"
        if code != -signal.SIGKILL:
            break
        steps += 1
    assert code == 0
    assert steps >= 10
