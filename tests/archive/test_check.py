"""The check: what is lost is found, and silence is not called loss."""

from dataclasses import replace

import pytest

from ocs_sim.archive import Archive, ArchiveWriter, Gap, Kind, Limits, seal
from tests.archive.making import START, HandClock, counted, record, write


def findings(directory, now=START + 10, pattern="*", **span):
    limits = span.pop("limits", None)
    with Archive(directory) as archive:
        found = archive.check(pattern, **span, limits=limits, clock=HandClock(now))
    return [(finding.kind, finding.subject, finding.message, finding.is_loss) for finding in found]


def test_a_whole_archive_has_nothing_to_tell(tmp_path):
    clock = HandClock()
    write(tmp_path, *(counted(number) for number in range(5)), clock=clock)
    write(tmp_path, *(counted(number) for number in range(5, 9)), clock=clock)
    assert findings(tmp_path) == []


def test_missing_blocks_are_counted_across_files_and_blocks(tmp_path):
    clock = HandClock()
    write(tmp_path, counted(0), counted(1, block="other"), counted(4), clock=clock)
    write(
        tmp_path,
        counted(5),
        counted(8),
        counted(0, boot_id="boot-2"),
        counted(1, boot_id="boot-2"),
        clock=clock,
    )
    found = [item for item in findings(tmp_path) if item[0] == Kind.SEQUENCE_GAP]
    feed = "observatory.data1.feeds.thermometers"
    assert found == [
        (Kind.SEQUENCE_GAP, feed, "2 blocks are missing: 2 to 3 of boot boot-1", True),
        (Kind.SEQUENCE_GAP, feed, "2 blocks are missing: 6 to 7 of boot boot-1", True),
    ]


def test_blocks_of_fields_that_are_not_asked_for_still_count_as_there(tmp_path):
    write(tmp_path, *(counted(number, block="even" if number % 2 == 0 else "odd") for number in range(20)))
    assert findings(tmp_path, pattern="*.even.*") == []


def test_silence_of_a_publisher_that_counts_is_no_loss_and_of_another_may_be(tmp_path):
    late = [START + 100 + step / 10 for step in range(10)]
    write(
        tmp_path,
        counted(0),
        record({"a": [1.0] * 10}, late, sequence=1),
        record({"x": [1.0] * 10}, [START + step / 10 for step in range(10)], feed="other"),
        record({"x": [1.0] * 10}, late, feed="other"),
    )
    found = findings(tmp_path, now=START + 101)
    assert [(kind, subject, is_loss) for kind, subject, _, is_loss in found] == [
        (Kind.TIME_GAP, "data1.other.temps", True),
        (Kind.TIME_GAP, "data1.thermometers.temps", False),
    ]
    assert found[0][2] == "no samples for 99.1 s"


def test_a_field_is_stale_against_now_while_recording_and_else_against_the_newest(tmp_path):
    write(
        tmp_path,
        record({"old": [1.0]}, [START], feed="one"),
        record({"new": [1.0]}, [START + 700], feed="two"),
    )
    stale = [item for item in findings(tmp_path, now=START + 1e6) if item[0] == Kind.STALE]
    assert stale == [(Kind.STALE, "data1.one.temps.old", "the newest sample is 700 s old", True)]
    write(tmp_path, record({"x": [1.0]}, [START + 800], feed="three"), sealed=False)
    names = [subject for kind, subject, _, _ in findings(tmp_path, now=START + 1350) if kind == Kind.STALE]
    assert names == ["data1.one.temps.old", "data1.two.temps.new"]
    assert findings(tmp_path, now=START + 1350, limits=Limits(stale_seconds=5000)) == []


@pytest.mark.parametrize("content", [b"", b"nothing of ours", b"\x89HDF\r\n\x1a\n" + bytes(2000)])
def test_files_that_cannot_be_read_are_found(tmp_path, content):
    write(tmp_path, counted(0))
    (tmp_path / "17636" / "1763640777.h5").write_bytes(content)
    ((kind, subject, message, is_loss),) = findings(tmp_path)
    assert (kind, is_loss) == (Kind.UNREADABLE, True)
    assert subject.endswith("1763640777.h5")
    assert "cannot be read as a housekeeping file" in message


def test_a_plain_hdf5_file_of_somebody_else_is_found(tmp_path):
    import h5py

    write(tmp_path, counted(0))
    with h5py.File(tmp_path / "17636" / "1763640777.h5", "w") as file:
        file["x"] = 1
    ((kind, _, _, _),) = findings(tmp_path)
    assert kind == Kind.UNREADABLE


def test_what_was_set_aside_is_found(tmp_path):
    (journal,) = write(tmp_path, counted(0), sealed=False)
    with journal.open("ab") as file:
        file.write(b"torn")
    seal(journal)
    ((kind, _, message, is_loss),) = findings(tmp_path)
    assert (kind, is_loss) == (Kind.TORN, True)
    assert message == "4 bytes that were not intact were set aside when the journal was recovered"


def test_a_range_leaves_the_rest_alone(tmp_path):
    write(tmp_path, counted(0), counted(9))
    assert findings(tmp_path, start=START + 1000) == []
    assert [kind for kind, *_ in findings(tmp_path)] == [Kind.SEQUENCE_GAP, Kind.TIME_GAP]


@pytest.mark.parametrize("sealed", [True, False])
def test_a_gap_whose_reason_was_recorded_tells_it(tmp_path, sealed):
    writer = ArchiveWriter(tmp_path, clock=HandClock(), seal=seal)
    writer.append(counted(0))
    reason = "the publisher no longer had them"
    writer.rotate()
    writer.note_gap(Gap("observatory.data1.feeds.thermometers", "boot-1", 1, 3, reason))
    writer.rotate()
    writer.append(counted(4))
    writer.sync()
    if sealed:
        writer.close()
    (found, *_) = findings(tmp_path)
    assert found[2] == "3 blocks are missing: 1 to 3 of boot boot-1 (the publisher no longer had them)"
    if not sealed:
        writer.close()


def slow(number, samples=5, every=30.0, **known):
    """A message of a feed that publishes a burst of samples now and then."""
    times = [START + number * every + at / 10 for at in range(samples)]
    return record({"a": [1.0] * samples}, times, sequence=number, received=times[-1], **known)


def test_a_slow_feed_in_good_order_is_not_called_silent(tmp_path):
    write(tmp_path, *(slow(number) for number in range(20)))
    assert findings(tmp_path, now=START + 600) == []


@pytest.mark.parametrize("pieces", [1, 3])
def test_silences_of_a_feed_are_told_in_one_line(tmp_path, pieces):
    spoken = [number for number in range(100) if number % 30 < 12]
    records = [replace(slow(number), sequence=sequence) for sequence, number in enumerate(spoken)]
    clock = HandClock()
    for piece in range(pieces):
        write(tmp_path, *records[piece::pieces], clock=clock)
    limits = Limits(gap_seconds=5.0, gap_factor=10.0)
    (found,) = findings(tmp_path, now=START + 3000, limits=limits)
    assert found == (
        Kind.TIME_GAP,
        "data1.thermometers.temps",
        "3 silences of up to 569.6 s; messages come every 30 s; no block's number is missing, "
        "so the publisher was silent or not running",
        False,
    )


def gap(first, last, boot="boot-1", reason="evicted"):
    return Gap("observatory.data1.feeds.thermometers", boot, first, last, reason)


def archive_with(directory, numbers, gaps, clock=None):
    writer = ArchiveWriter(directory, clock=clock or HandClock(), seal=seal)
    for number in numbers:
        writer.append(counted(number, received=START + number))
    for each in gaps:
        writer.note_gap(each)
    writer.close()


def missing(directory, **options):
    with Archive(directory) as archive:
        found = archive.check(clock=HandClock(START + 10), **options)
    return [
        (each.boot_id, each.first_block, each.last_block, each.reason)
        for each in found
        if each.kind is Kind.SEQUENCE_GAP
    ]


def test_what_the_recorder_gave_up_is_told_wherever_it_was(tmp_path):
    gaps = [gap(0, 1), gap(5, 5, reason="not kept"), gap(9, 12), gap(0, 3, boot="boot-0")]
    archive_with(tmp_path, [2, 3, 4, 7], gaps)
    assert missing(tmp_path) == [
        ("boot-0", 0, 3, "evicted"),
        ("boot-1", 0, 1, "evicted"),
        ("boot-1", 5, 5, "not kept"),
        ("boot-1", 6, 6, None),
        ("boot-1", 9, 12, "evicted"),
    ]


def test_what_was_given_up_and_came_after_all_is_not_missing(tmp_path):
    clock = HandClock()
    archive_with(tmp_path, [0, 1, 6], [gap(2, 5)], clock)
    archive_with(tmp_path, [3, 4], [gap(2, 2)], clock)
    assert missing(tmp_path) == [("boot-1", 2, 2, "evicted"), ("boot-1", 5, 5, "evicted")]


def test_what_was_before_the_archive_is_no_loss(tmp_path):
    archive_with(tmp_path, range(40, 50), [])
    assert findings(tmp_path) == []


def test_losses_of_another_time_are_not_told(tmp_path):
    archive_with(tmp_path, [0, 1, 2, 5, 6, 9], [gap(3, 4)])
    assert [each[1] for each in missing(tmp_path, start=START + 6.0)] == [7]
    assert [each[1] for each in missing(tmp_path, end=START + 1.5)] == []
    assert [each[1] for each in missing(tmp_path)] == [3, 7]


def test_losses_of_fields_that_are_not_asked_for_are_not_told(tmp_path):
    archive_with(tmp_path, [0, 3], [])
    write(tmp_path, record({"x": [1.0]}, [START], instance="other"))
    assert missing(tmp_path, pattern="other.*") == []
    assert len(missing(tmp_path, pattern="data1.*")) == 1
