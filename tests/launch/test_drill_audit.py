"""What a drill finds when the archive is not what was published."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from ocs_sim.launch._drill import FillDisk, NeedsLinux
from ocs_sim.launch._drill._audit import audit, compare
from ocs_sim.launch._drill._load import Load
from ocs_sim.launch._drill._report import Report
from ocs_sim.launch._drill._stage import Event

FEED, BOOT = "drill.source1.feeds.load", "100.5"
LOAD = Load(fields=2, samples_per_block=4)


@dataclass
class Published:
    feed_address: str
    boot_id: str
    sequence: int
    block: str
    times: Any
    data: dict[str, Any]


def block(sequence, **changes):
    numbers = sequence * 4 + np.arange(4.0)
    data = {"field_000": numbers, "field_001": numbers + 1}
    return replace(Published(FEED, BOOT, sequence, "load", 1e9 + numbers, data), **changes)


def found(*blocks, published=3):
    return compare(blocks, {(FEED, BOOT): published}, LOAD)


def figures(audited):
    return audited.archived, audited.duplicated, audited.lost


def test_all_blocks_once_are_as_published():
    audited = found(block(0), block(1), block(2))
    assert figures(audited) == (3, 0, 0)
    assert (audited.samples, audited.faults) == (24, [])


def test_a_missing_block_is_lost_and_named():
    audited = found(block(0), block(2))
    assert figures(audited) == (2, 0, 1)
    assert audited.faults == [f"{FEED} of boot {BOOT}: blocks 1 to 1 are missing"]


def test_blocks_missing_at_the_end_are_lost():
    assert figures(found(block(0), published=1000)) == (1, 0, 999)


def test_a_block_that_is_there_twice_is_duplicated_and_not_counted_twice():
    audited = found(block(0), block(1), block(1), block(2))
    assert figures(audited) == (3, 1, 0)
    assert "blocks 1 to 1 are there more than once" in audited.faults[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"field_000": np.arange(4.0) + 4, "field_001": np.arange(4.0) + 4}},
        {"data": {"field_000": np.arange(4.0) + 4}},
        {"data": {"field_000": np.arange(4.0) + 4, "field_002": np.arange(4.0) + 5}},
        {"data": block(0).data},
        {"times": np.zeros(4)},
        {"times": np.arange(3.0)},
        {"block": "other"},
    ],
    ids=["a value", "a field less", "another field", "another block's", "times", "a sample less", "its name"],
)
def test_a_block_that_differs_is_lost(changes):
    audited = found(block(0), block(1, **changes), block(2))
    assert figures(audited) == (2, 0, 1)
    assert "block 1 differs from what was published" in audited.faults[0]


@pytest.mark.parametrize("changes", [{"sequence": 3}, {"boot_id": "another"}, {"sequence": -1}])
def test_a_block_that_nobody_published_is_one_too_many(changes):
    audited = found(block(0), block(1), block(2), replace(block(0), **changes))
    assert figures(audited) == (4, 0, 0)
    assert "was never published" in audited.faults[0]


def test_a_boot_of_which_nothing_arrived_is_lost():
    audited = compare([], {(FEED, BOOT): 3, (FEED, "other"): 2}, LOAD)
    assert figures(audited) == (0, 0, 5)


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    folder = tmp_path / "17636"
    folder.mkdir()
    (folder / "1763640000.h5").write_bytes(b"no HDF5")
    audited = audit(tmp_path, ["*"], {}, LOAD)
    assert "1763640000.h5 cannot be read" in audited.faults[0]


def report(**changes):
    well = {"published": 9, "archived": 9, "replayed": 2, "duplicated": 0, "lost": 0}
    return Report(**{**well, **changes})


def test_a_report_is_well_only_when_all_is_archived_once_and_readable():
    assert report().is_well
    for changes in ({"lost": 1}, {"duplicated": 1}, {"archived": 8}, {"archived": 10}, {"faults": ["x"]}):
        assert not report(**changes).is_well, changes


def test_a_report_is_five_figures_and_details_for_who_asks():
    events = [Event("first", {"back_seconds": 1.5}), Event("second", {"back_seconds": 0.5})]
    plain = report(events=events).to_plain(verbose=False)
    assert list(plain) == ["published", "archived", "replayed", "duplicated", "lost"]
    details = report(events=events).to_plain(verbose=True)["details"]
    assert details["worst"] == {"back_seconds": 1.5}
    assert [event["text"] for event in details["events"]] == ["first", "second"]


def test_a_load_that_memory_does_not_hold_is_spilled():
    assert Load(200).spill_megabytes(away_seconds=2) == 0
    assert Load(200).spill_megabytes(away_seconds=600) * 1e6 > Load(200).bytes_per_second * 600


def test_a_system_that_cannot_refuse_writes_is_told(monkeypatch):
    monkeypatch.delattr("resource.prlimit")
    with pytest.raises(NeedsLinux, match="needs Linux"):
        FillDisk().plan(LOAD)
