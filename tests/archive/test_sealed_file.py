"""A sealed file is one that any program opens and plots."""

import h5py
import numpy as np
import pytest

from ocs_sim.archive import Archive, ArchiveWriter, FieldDescription, SealFailed, seal
from tests.archive.making import START, HandClock, counted, record, values, write


@pytest.fixture
def sealed(tmp_path):
    writer = ArchiveWriter(tmp_path, clock=HandClock(), seal=seal, site="tst")
    known = {"temps": {"a": FieldDescription("K", "cold plate", "float"), "b": FieldDescription("", "")}}
    writer.describe("observatory.data1.feeds.thermometers", "boot-1", known)
    for number in range(100):
        writer.append(counted(number))
    writer.append(
        record({"open": [True], "name": ["ü"], "any": [1]}, block="door-state", feed="dome", instance="d-1")
    )
    writer.append(
        record(
            {"any": ["x"], "name": ["v"], "open": [False]}, block="door-state", feed="dome", instance="d-1"
        )
    )
    writer.append(record({"word": ["only text"]}, feed="log"))
    writer.close()
    (path,) = tmp_path.rglob("*.h5")
    return path


def plotted(file):
    """What a NeXus viewer shows first: follow @default to an NXdata, then its signals and axes."""
    group = file
    while group.attrs.get("NX_class") != "NXdata":
        group = group[group.attrs["default"]]
    signals = [group.attrs["signal"], *group.attrs.get("auxiliary_signals", [])]
    return [group[name] for name in signals], group[group.attrs["axes"]]


def test_its_place_is_named_by_the_time_at_which_it_began(sealed, tmp_path):
    assert sealed.relative_to(tmp_path).as_posix() == "17636/1763640000.h5"
    assert [path.name for path in sealed.parent.iterdir()] == ["1763640000.h5"]


def test_a_nexus_viewer_finds_the_default_plot_with_its_axis_and_units(sealed):
    with h5py.File(sealed) as file:
        signals, axis = plotted(file)
        assert [signal.name for signal in signals] == [
            "/entry/data1/thermometers/temps/a",
            "/entry/data1/thermometers/temps/b",
        ]
        assert all(signal.shape == axis.shape == (1000,) for signal in signals)
        assert dict(axis.attrs) == {
            "units": "s",
            "start": "1970-01-01T00:00:00Z",
            "long_name": "time (s since 1970, UTC)",
        }
        assert dict(signals[0].attrs) == {
            "units": "K",
            "long_name": "cold plate (K)",
            "description": "cold plate",
        }
        assert dict(signals[1].attrs) == {"long_name": "b"}


def test_every_group_has_a_class_and_a_name_that_nexus_allows(sealed):
    import re

    def look(name, item):
        assert re.fullmatch(r"[A-Za-z0-9_]+", name.rpartition("/")[2]), name
        if isinstance(item, h5py.Group):
            assert item.attrs["NX_class"] in ("NXentry", "NXcollection", "NXdata")

    with h5py.File(sealed) as file:
        assert file.attrs["NX_class"] == "NXroot"
        file.visititems(look)
        assert file["entry/d_1"].attrs["instance_id"] == "d-1"
        assert file["entry"].attrs["site"] == "tst"
        assert file["entry/start_time"].asstr()[()] == "2025-11-20T12:00:00.000000Z"
        assert file["entry/end_time"].asstr()[()] == "2025-11-20T12:01:39.900000Z"


def test_each_type_is_stored_as_what_it_is(sealed):
    with h5py.File(sealed) as file:
        first, second = file["entry/d_1/dome/door_state"], file["entry/d_1/dome/door_state_v2"]
        assert first["open"][()].tolist() == [True]
        assert first["any"].dtype == np.int64
        assert first["name"].asstr()[()].tolist() == ["ü"]
        assert second["any"].asstr()[()].tolist() == ["x"]
        assert first.attrs["signal"] == "open"
        only_text = file["entry/data1/log/temps"]
        assert only_text.attrs["NX_class"] == "NXcollection"
        assert "signal" not in only_text.attrs


def test_a_mixture_is_kept_as_json_and_says_so(tmp_path):
    mixed = [1, "two", None, [3, 4], {"five": 6.5}]
    (path,) = write(tmp_path, record({"any": mixed}))
    with h5py.File(path) as file:
        dataset = file["entry/data1/thermometers/temps/any"]
        assert dataset.attrs["encoding"] == "json"
        assert dataset.asstr()[()].tolist() == ["1", '"two"', "null", "[3, 4]", '{"five": 6.5}']
    assert values(tmp_path) == {"data1.thermometers.temps.any": mixed}


def test_a_field_called_time_does_not_hide_the_axis(tmp_path):
    (path,) = write(tmp_path, record({"time": [5.0], "time_2": [6.0]}))
    with h5py.File(path) as file:
        group = file["entry/data1/thermometers/temps"]
        assert group["time"][()].tolist() == [START]
        assert group["time_2"].attrs["field"] == "time"
    assert values(tmp_path) == {
        "data1.thermometers.temps.time": [5.0],
        "data1.thermometers.temps.time_2": [6.0],
    }


def test_an_agent_called_like_one_of_our_own_groups_is_kept(tmp_path):
    write(tmp_path, record({"a": [1.0]}, instance="_archive"), record({"a": [2.0]}, instance="title"))
    assert values(tmp_path) == {"_archive.thermometers.temps.a": [1.0], "title.thermometers.temps.a": [2.0]}


def test_a_thousand_fields_fit(tmp_path):
    columns = {
        f"channel_{number:04d}_with_a_long_name_to_fill_the_attribute": [float(number)]
        for number in range(1500)
    }
    (path,) = write(tmp_path, record(columns))
    with h5py.File(path) as file:
        signals, _ = plotted(file)
        assert len(signals) == 100
    assert len(values(tmp_path)) == 1500


def test_the_runs_of_sequence_numbers_are_stored(tmp_path):
    (path,) = write(
        tmp_path,
        *(counted(number) for number in (0, 1, 2, 5, 6)),
        counted(0, boot_id="boot-2"),
    )
    with h5py.File(path) as file:
        kept = file[file["entry/data1/thermometers/temps"].attrs["archive_group"]]
        table = kept["provenance"]
        runs = [tuple(row)[:7] for row in table[()].tolist()]
        assert list(table.attrs["boot_ids"]) == ["boot-1", "boot-2"]
    assert runs == [(0, 0, 2, 1, 3, 0, 30), (0, 5, 6, 1, 2, 30, 20), (1, 0, 0, 1, 1, 50, 10)]


def test_blocks_that_take_turns_make_one_run_each(tmp_path):
    items = [counted(number, block="even" if number % 2 == 0 else "odd") for number in range(50)]
    (path,) = write(tmp_path, *items)
    with h5py.File(path) as file:
        runs = [file[f"entry/_archive/{key}/provenance"][()].tolist() for key in ("b0", "b1")]
    assert [[tuple(row)[1:5] for row in table] for table in runs] == [[(0, 48, 2, 25)], [(1, 49, 2, 25)]]


def test_blocks_without_numbers_are_one_run_without_numbers(tmp_path):
    (path,) = write(tmp_path, record({"a": [1.0]}), record({"a": [2.0]}))
    with h5py.File(path) as file:
        (row,) = file["entry/_archive/b0/provenance"][()].tolist()
    assert tuple(row)[:7] == (0, -1, -1, 0, 2, 0, 2)


def test_sealing_twice_changes_nothing(tmp_path):
    (journal,) = write(tmp_path, counted(0), sealed=False)
    content = journal.read_bytes()
    path = seal(journal)
    before = path.stat()
    journal.write_bytes(content)
    assert seal(journal) == path
    assert not journal.exists()
    assert seal(journal) is None
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_name_that_another_file_has_is_left_to_it(tmp_path):
    (journal,) = write(tmp_path, counted(0), sealed=False)
    other = journal.with_suffix(".h5")
    with h5py.File(other, "w") as file:
        file["mine"] = 1
    path = seal(journal)
    assert path.name == "1763640001.h5"
    with h5py.File(other) as file:
        assert list(file) == ["mine"]


@pytest.mark.parametrize("damage", ["cut", "flip", "zeros", "noise"])
def test_a_torn_end_is_set_aside_and_the_rest_sealed(tmp_path, damage):
    (journal,) = write(tmp_path, *(counted(number) for number in range(5)), sealed=False)
    whole = bytearray(journal.read_bytes())
    last = len(whole) - 40
    broken = {
        "cut": whole[:last],
        "flip": whole[:last] + bytes([whole[last] ^ 4]) + whole[last + 1 :],
        "zeros": whole + bytes(4096),
        "noise": whole + b"\x07" * 999,
    }[damage]
    journal.write_bytes(broken)
    seal(journal)
    (torn,) = tmp_path.rglob("*.torn-*")
    assert torn.name.startswith("1763640000.journal.torn-")
    kept = 5 if damage in ("zeros", "noise") else 4
    assert values(tmp_path, "a") == {
        "data1.thermometers.temps.a": [float(number) for number in range(kept * 10)]
    }
    assert broken.endswith(torn.read_bytes())
    assert len(torn.read_bytes()) > 0


def test_a_journal_without_a_whole_block_is_set_aside_alone(tmp_path):
    day = tmp_path / "17636"
    day.mkdir()
    (day / "1763640000.journal").write_bytes(b"not a journal at all")
    (day / "1763640001.journal").write_bytes(b"")
    writer = ArchiveWriter(tmp_path, seal=seal)
    assert len(writer.recover()) == 2
    assert writer.close() == []
    (torn,) = day.iterdir()
    assert torn.read_bytes() == b"not a journal at all"


def test_a_full_disk_leaves_the_journal_and_says_so(tmp_path, monkeypatch):
    (journal,) = write(tmp_path, counted(0), sealed=False)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ocs_sim.archive._seal.write_block", full)
        with pytest.raises(SealFailed, match=r"No space left on device.*Nothing is lost"):
            seal(journal)
    assert [path.name for path in journal.parent.iterdir()] == [journal.name]
    assert seal(journal).exists()


def test_what_does_not_read_back_is_not_kept(tmp_path, monkeypatch):
    (journal,) = write(tmp_path, counted(0), sealed=False)

    def spoil(file, block):
        write_block(file, block)
        file[f"{block.plan.path}/b"][3] = 99.0

    from ocs_sim.archive._hdf5 import write_block

    monkeypatch.setattr("ocs_sim.archive._seal.write_block", spoil)
    with pytest.raises(SealFailed, match="temps/b does not read back as it was written"):
        seal(journal)
    assert [path.name for path in journal.parent.iterdir()] == [journal.name]


def test_nan_and_infinity_are_samples(tmp_path):
    write(tmp_path, record({"a": [float("nan"), float("inf"), -float("inf")]}))
    with Archive(tmp_path) as archive:
        (series,) = archive.load().values()
    assert np.array_equal(series.values, [np.nan, np.inf, -np.inf], equal_nan=True)
