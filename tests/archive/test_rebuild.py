"""What an archive has is known again after any restart, also by archives that never kept a ledger."""

import json
import subprocess
import sys

import h5py
import msgpack
import pytest

from ocs_sim.archive import ArchiveWriter, Ledger, seal
from ocs_sim.archive._errors import LedgerUnknown
from ocs_sim.archive._framing import HEADER, frame
from ocs_sim.archive._journal_index import JournalIndex
from ocs_sim.archive._journal_ledger import ledger_of_index, read_journal, read_sealed_in_child, rebuild
from ocs_sim.archive._paths import journals
from ocs_sim.archive._payloads import facts_frame
from ocs_sim.archive._sealed_ledger import newest_ledger
from tests.archive.making import START, HandClock, counted, write

FEED, BOOT = "observatory.data1.feeds.thermometers", "boot-1"


def never(_):
    raise AssertionError("the sealed files were not to be read")


def writer_of(directory, clock=None, **options):
    options = {"seal": lambda _: None, "read_sealed": newest_ledger, **options}
    writer = ArchiveWriter(directory, clock=clock or HandClock(), **options)
    writer.recover()
    return writer


def fill(writer, *numbers, **known):
    for number in numbers:
        writer.append(counted(number, **known))
    writer.sync()


def holes(ledger, upto=20, boot=BOOT):
    return ledger.holes(FEED, boot, upto)


def found(directory, read_sealed=newest_ledger):
    return rebuild(directory, journals(directory), read_sealed)


def test_an_empty_directory_has_nothing(tmp_path):
    assert found(tmp_path, never).encode() == Ledger().encode()
    writer = writer_of(tmp_path, HandClock(START + 5))
    assert writer.ledger.since == START + 5
    writer.close()


def test_a_journal_begins_with_what_came_before_it(tmp_path):
    writer = writer_of(tmp_path)
    fill(writer, 0, 1, 4)
    writer.rotate()
    fill(writer, 6)
    last = journals(tmp_path)[-1]
    ledger, is_whole = read_journal(last)
    assert is_whole
    assert holes(ledger, 8) == [(2, 3), (5, 5), (7, 7)]
    assert ledger.since == START
    # The snapshot itself must not claim what the journal has yet to say.
    index = JournalIndex()
    index.extend(memoryview(last.read_bytes()))
    assert holes(Ledger.decode(index.snapshot), 8) == [(2, 3), (5, 7)]
    assert ledger_of_index(index).encode() == ledger.encode()
    writer.close()


def test_the_newest_journal_says_it_all_and_the_sealed_files_are_left_alone(tmp_path):
    clock = HandClock()
    writer = writer_of(tmp_path, clock, seal=seal)
    fill(writer, 0, 1)
    writer.rotate()
    clock.turn(100)
    fill(writer, 3)
    assert len(list(tmp_path.rglob("*.h5"))) + len(journals(tmp_path)) >= 2
    ledger, is_whole = read_journal(journals(tmp_path)[-1])
    assert is_whole
    assert holes(ledger, 5) == [(2, 2), (4, 4)]
    writer._sealer.close()
    assert holes(found(tmp_path, never), 5) == [(2, 2), (4, 4)]
    writer.close()


def test_without_a_journal_the_sealed_files_tell(tmp_path):
    writer = writer_of(tmp_path, seal=seal)
    fill(writer, 0, 1, 5)
    writer.close()
    assert holes(found(tmp_path), 7) == [(2, 4), (6, 6)]


def test_a_journal_that_was_not_begun_by_us_is_joined_with_the_sealed_files(tmp_path):
    write(tmp_path, counted(0), counted(1))
    clock = HandClock(START + 100)
    # A writer that does not recover does not know what came before it, and does not say so.
    write(tmp_path, counted(4), sealed=False, clock=clock)
    assert not read_journal(journals(tmp_path)[0])[1]
    assert holes(found(tmp_path), 6) == [(2, 3), (5, 5)]


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_journal_that_could_not_be_sealed_does_not_speak_for_later_files(tmp_path, seconds):
    clock = HandClock()

    def seal_the_second(journal):
        if journal.stem != str(int(START)):
            seal(journal)

    writer = writer_of(tmp_path, clock, seal=seal_the_second)
    fill(writer, 0)
    writer.rotate()
    clock.step(seconds)
    fill(writer, 1, 2)
    writer.close()
    # After a step back the newest by name is not the last: nothing but the journal is read then.
    assert len(journals(tmp_path)) == len(list(tmp_path.rglob("*.h5"))) == 1
    if seconds > 0:
        assert holes(found(tmp_path), 4) == [(3, 3)]


def test_a_clock_that_steps_back_does_not_hide_the_last_files(tmp_path):
    clock = HandClock()
    writer = writer_of(tmp_path, clock, seal=seal)
    fill(writer, 0)
    writer.rotate()
    clock.step(-3600)
    fill(writer, 1)
    writer.close()
    assert holes(found(tmp_path), 3) == [(2, 2)]


def without_ledger(directory):
    for path in directory.rglob("*.h5"):
        with h5py.File(path, "a") as file:
            del file["entry/_archive/ledger"]


def test_an_archive_from_before_there_were_ledgers_tells_by_what_it_holds(tmp_path):
    # Two blocks share a feed's numbers; one number is missing, and one was given up.
    writer = writer_of(tmp_path, seal=seal)
    for number in (0, 2, 4, 8, 10):
        writer.append(counted(number, block="temps"))
    for number in (1, 3, 5, 9):
        writer.append(counted(number, block="volts"))
    writer.append(counted(3, boot_id="boot-2"))
    from ocs_sim.archive import Gap

    writer.note_gap(Gap(FEED, BOOT, 6, 6, "evicted"))
    writer.close()
    kept = newest_ledger(tmp_path)
    without_ledger(tmp_path)
    derived = newest_ledger(tmp_path)
    assert holes(kept, 12) == holes(derived, 12) == [(7, 7), (11, 11)]
    assert holes(derived, 5, "boot-2") == [(0, 2), (4, 4)]
    assert derived.since == START


def test_what_is_given_up_is_known_again(tmp_path):
    from ocs_sim.archive import Gap

    writer = writer_of(tmp_path)
    fill(writer, 0)
    writer.note_gap(Gap(FEED, BOOT, 1, 3, "evicted"))
    writer.sync()
    assert holes(found(tmp_path), 5) == [(4, 4)]
    writer.close()


@pytest.mark.integration
def test_a_child_reads_the_sealed_files_for_a_parent_without_hdf5(tmp_path):
    write(tmp_path, counted(0), counted(2))
    program = f"""
import sys
from pathlib import Path
from ocs_sim.archive import ArchiveWriter
writer = ArchiveWriter(Path({str(tmp_path)!r}))
assert writer.recover() == ([], None)
assert writer.ledger.holes({FEED!r}, {BOOT!r}, 4) == [(1, 1), (3, 3)]
writer.close()
assert not {{"numpy", "h5py"}} & set(sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.integration
def test_what_is_no_sealed_file_says_nothing(tmp_path):
    (path,) = write(tmp_path, counted(0))
    path.with_name("1763640001.h5").write_bytes(b"nonsense")
    assert holes(read_sealed_in_child(tmp_path), 2) == [(1, 1)]


def test_recording_goes_on_when_it_cannot_be_known_and_does_not_pretend_to(tmp_path):
    write(tmp_path, counted(0))

    def fail(directory):
        raise LedgerUnknown(directory=directory, fault="out of order")

    writer = ArchiveWriter(tmp_path, clock=HandClock(START + 50), seal=lambda _: None, read_sealed=fail)
    left, fault = writer.recover()
    assert left == []
    assert "could not be read (out of order): some may be recorded twice" in fault
    fill(writer, 1)
    writer.rotate()
    fill(writer, 2)
    assert [read_journal(path)[1] for path in journals(tmp_path)] == [False, False]
    writer.close()


def test_journals_that_are_hardly_begun_say_nothing(tmp_path):
    day = tmp_path / "17636"
    day.mkdir()
    contents = [b"", HEADER[:9], HEADER, HEADER + facts_frame({"created": START})[:-3], b"x" * 100]
    for at, content in enumerate(contents):
        path = day / f"{int(START) + at}.journal"
        path.write_bytes(content)
        ledger, is_whole = read_journal(path)
        assert (ledger.feeds(), is_whole) == ([], False)
    assert found(tmp_path, never).feeds() == []


ODD = [
    msgpack.packb([3, 7, 0, 5, START, 1, [], b""]),
    msgpack.packb([6, {"of": "the future"}]),
    msgpack.packb([6, {"since": 1, "forgotten": [], "feeds": []}]),
    msgpack.packb({"a": "map"}),
    b"\xc1",
]


@pytest.mark.parametrize("payload", ODD)
def test_a_journal_with_something_odd_in_it_says_the_rest(tmp_path, payload):
    writer = writer_of(tmp_path)
    fill(writer, 0, 1)
    (path,) = journals(tmp_path)
    writer.close()
    path.write_bytes(path.read_bytes() + frame(payload) + b"torn")
    assert read_journal(path)[0].holes(FEED, BOOT, 4) == [(2, 3)]
    assert holes(found(tmp_path, never), 4) == [(2, 3)]


def test_the_ledger_of_a_sealed_file_is_text_that_anyone_can_read(tmp_path):
    (path,) = write(tmp_path, counted(0), counted(1), counted(5))
    with h5py.File(path) as file:
        ledger = json.loads(file["entry/_archive/ledger"][()])
    assert ledger == {"since": START, "forgotten": {}, "feeds": {FEED: [[BOOT, 0, [0, 1, 5, 5], []]]}}
