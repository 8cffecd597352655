"""The reader: fields, ranges, patterns, newest samples, and the live journal as part of it all."""

import datetime as dt
import os

import pytest

from ocs_sim.archive import Archive, ArchiveWriter, MissingExtra, NoSuchField, UnknownExport, seal
from tests.archive.making import START, HandClock, counted, record, values, write

A, B = "data1.thermometers.temps.a", "data1.thermometers.temps.b"


@pytest.fixture
def archive(tmp_path):
    """Two sealed files and a live journal: samples 0 to 39, ten a second."""
    clock = HandClock()
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    for number in range(4):
        writer.append(counted(number))
        if number < 2:
            writer.rotate()
            clock.turn(10)
    writer.append(
        record(
            {"wind_speed": [3.5], "gust": [None]},
            [START + 2.5],
            feed="weather",
            block="wind",
            instance="weather-1",
        )
    )
    writer.sync()
    while writer.unsealed:
        os.sched_yield()
    with Archive(tmp_path) as opened:
        yield opened
    writer.close()


def test_fields_tell_what_there_is_and_from_when_to_when(archive):
    assert [info.name for info in archive.fields()] == [
        A,
        B,
        "weather-1.weather.wind.gust",
        "weather-1.weather.wind.wind_speed",
    ]
    info = archive.fields()[0]
    assert (info.samples, info.first, info.last, info.type) == (40, START, START + 3.9, "float")
    assert (info.agent_address, info.agent_class) == ("observatory.data1", "FakeDataAgent")


def test_sealed_files_and_the_journal_read_as_one(archive):
    loaded = archive.load("data1.*")
    assert loaded[A].values.tolist() == [float(number) for number in range(40)]
    assert loaded[A].times is loaded[B].times
    assert loaded[A].times.tolist() == [START + number / 10 for number in range(40)]
    assert repr(loaded) == "<HousekeepingData: 2 fields, 80 samples>"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (START + 0.5, START + 0.8, [5, 6, 7]),
        (START + 0.85, START + 1.15, [9, 10, 11]),
        (START + 3.85, None, [39]),
        (None, START + 0.15, [0, 1]),
        (dt.datetime.fromtimestamp(START + 2.95, dt.UTC), START + 3.15, [30, 31]),
        (START + 100, None, []),
    ],
)
def test_a_range_includes_its_start_and_not_its_end(archive, start, end, expected):
    loaded = archive.load("a", start, end)
    assert [series.values.tolist() for series in loaded.values()] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", [A]),
        ("wind*", ["weather-1.weather.wind.wind_speed"]),
        ("data1.*.b", [B]),
        ("*.temps.?", [A, B]),
        (["a", "gust"], [A, "weather-1.weather.wind.gust"]),
    ],
)
def test_patterns_match_full_names_or_the_fields_own(archive, pattern, found):
    assert [info.name for info in archive.fields(pattern)] == found
    assert sorted(archive.load(pattern)) == found


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("windspeed", "Did you mean weather-1.weather.wind.wind_speed"),
        ("data1.temps.a", f"Did you mean {A}"),
        ("thermometers", f"Did you mean {A} or {B}"),
        ("zzzzzz", "There are 4 fields, such as data1.thermometers.temps.a"),
    ],
)
def test_a_pattern_that_finds_nothing_suggests_what_does(archive, pattern, hint):
    for call in (archive.load, archive.latest, archive.decimate):
        with pytest.raises(NoSuchField) as error:
            call(pattern)
        assert hint in str(error.value)
    assert archive.fields(pattern) == []


def test_an_empty_archive_says_so(tmp_path):
    with Archive(tmp_path / "nothing") as archive:
        assert archive.fields() == []
        with pytest.raises(NoSuchField, match="Nothing is archived there yet"):
            archive.load("a")


def test_the_newest_samples(archive):
    latest = archive.latest()
    assert (latest[A].time, latest[A].value) == (START + 3.9, 39.0)
    assert latest["weather-1.weather.wind.wind_speed"].value == 3.5
    assert latest["weather-1.weather.wind.gust"].value is None


def test_an_unreadable_file_is_named_and_the_rest_is_read(archive):
    bad = archive.directory / "17636" / "1763640500.h5"
    bad.write_bytes(b"this is not HDF5")
    assert len(archive.load("a")[A]) == 40
    ((path, reason),) = archive.unreadable.items()
    assert path == bad
    assert "cannot be read as a housekeeping file" in reason


def test_a_journal_that_is_being_sealed_is_read_once(tmp_path, monkeypatch):
    (journal,) = write(tmp_path, *(counted(number) for number in range(3)), sealed=False)
    content = journal.read_bytes()
    expected = {A: [float(number) for number in range(30)]}
    with Archive(tmp_path) as archive:
        reader = lambda: {name: series.values.tolist() for name, series in archive.load("a").items()}  # noqa: E731
        assert reader() == expected
        seal(journal)
        assert reader() == expected
        # As between the rename and the removal of the journal.
        journal.write_bytes(content)
        assert reader() == expected
        assert values(tmp_path, "a") == expected


def test_a_journal_that_vanishes_between_two_looks_is_read_from_its_file(tmp_path, monkeypatch):
    from ocs_sim.archive._listing import Listing

    (journal,) = write(tmp_path, counted(0), sealed=False)
    look = Listing.look

    def sealed_after_the_look(self):
        found = look(self)
        seal(journal)
        return found

    monkeypatch.setattr(Listing, "look", sealed_after_the_look)
    assert values(tmp_path, "b") == {B: [-float(number) for number in range(10)]}


def following(directory, steps):
    """Follow while `steps` are taken one after the other; return what each brought."""
    came, remaining = [], list(steps)

    def wait(_seconds):
        if not remaining:
            return True
        remaining.pop(0)()
        return False

    with Archive(directory) as archive:
        for news in archive.follow("a", wait=wait):
            came.append(next(iter(news.values())).values.tolist())
    return came


def test_following_brings_what_is_new_and_only_once_over_rotations_and_sealing(tmp_path):
    clock = HandClock()
    writer = ArchiveWriter(tmp_path, clock=clock, seal=seal)
    writer.append(counted(0))
    writer.sync()

    def add(number, *then):
        def step():
            writer.append(counted(number))
            for action in then:
                action()
            while writer.unsealed:
                os.sched_yield()

        return step

    came = following(
        tmp_path,
        [
            lambda: None,
            add(1, writer.sync),
            add(2, writer.sync, writer.rotate),
            add(3),
            add(4, writer.rotate),
            add(5, writer.rotate),
        ],
    )
    writer.close()
    # Block 3 became durable with block 4, in a journal that nobody saw before it was sealed.
    blocks = [[1], [2], [3, 4], [5]]
    assert came == [
        [float(at) for number in block for at in range(number * 10, number * 10 + 10)] for block in blocks
    ]


def test_tables_of_pandas(archive):
    table = archive.load(["a", "wind_speed"]).to_pandas()
    assert list(table.columns) == [A, "weather-1.weather.wind.wind_speed"]
    assert str(table.index.tz) == "UTC"
    assert table.index[1].isoformat() == "2025-11-20T12:00:00.100000+00:00"
    assert len(table) == 40
    assert table["weather-1.weather.wind.wind_speed"].count() == 1
    assert archive.load("a").to_pandas()[A].tolist() == [float(number) for number in range(40)]


def test_tables_keep_samples_of_equal_times(tmp_path):
    write(
        tmp_path,
        record({"a": [1.0, 2.0]}, [START, START], block="one"),
        record({"b": [3.0]}, [START], block="two"),
    )
    with Archive(tmp_path) as archive:
        table = archive.load().to_pandas()
    assert table["data1.thermometers.one.a"].tolist() == [1.0, 2.0]
    assert table["data1.thermometers.two.b"].tolist()[0] == 3.0


def test_datasets_of_xarray(archive):
    one = archive.load("data1.*").to_xarray()
    assert one[A].dims == ("time",)
    assert one[A].sel(time="2025-11-20T12:00:01.000").item() == 10.0
    two = archive.load(["a", "wind_speed"]).to_xarray()
    assert {variable.dims for variable in two.data_vars.values()} == {("time_0",), ("time_1",)}


def test_arrays_of_numpy(archive):
    times, columns = archive.load("a").to_numpy()[A]
    assert times.shape == columns.shape == (40,)


def test_an_extra_that_is_not_installed_is_named(archive, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtra, match=r"needs pandas, .*pip install 'ocs-sim\[frames\]'"):
        archive.load("a").to_pandas()


def test_csv_has_a_row_per_time_and_every_digit(archive, tmp_path):
    path = tmp_path / "out.csv"
    assert archive.load(["a", "wind_speed"], START + 2.45, START + 2.65).export(path) == 2
    assert path.read_text().splitlines() == [
        f"time,unix_time,{A},weather-1.weather.wind.wind_speed",
        "2025-11-20T12:00:02.500000Z,1763640002.5,25.0,3.5",
        "2025-11-20T12:00:02.600000Z,1763640002.6,26.0,",
    ]


def test_parquet_is_read_back_by_pandas(archive, tmp_path):
    import pandas as pd

    path = tmp_path / "out.parquet"
    assert archive.load("*").export(str(path)) == 40
    table = pd.read_parquet(path)
    assert table[A].tolist() == [float(number) for number in range(40)]


def test_parquet_keeps_types_and_tells_missing_from_any_value(tmp_path):
    from pyarrow import parquet

    write(
        tmp_path,
        record({"text": ["nan", ""], "whole": [2**62 + 1, -5], "open": [True, False]}, [START, START + 1]),
        record({"mixed": [1, "one"]}, [START + 1, START + 2], block="other"),
    )
    path = tmp_path / "out.parquet"
    with Archive(tmp_path) as archive:
        assert archive.load("*").export(path) == 3
    table = parquet.read_table(path)
    columns = {name.rpartition(".")[2]: table[name].to_pylist() for name in table.column_names}
    del columns["time"]
    assert columns == {
        "text": ["nan", "", None],
        "whole": [2**62 + 1, -5, None],
        "open": [True, False, None],
        "mixed": [None, "1", "one"],
    }


def test_another_file_name_is_refused(archive, tmp_path):
    with pytest.raises(UnknownExport, match=r"out.xls: name it \*.csv or \*.parquet"):
        archive.load("a").export(tmp_path / "out.xls")


def test_columns_whose_types_changed_are_joined_without_loss(tmp_path):
    clock = HandClock()
    write(tmp_path, record({"n": [1, 2]}, [START, START + 1]), clock=clock)
    write(tmp_path, record({"n": [2.5]}, [START + 2]), clock=clock)
    write(tmp_path, record({"big": [2**60 + 1]}, [START]), clock=clock)
    write(tmp_path, record({"big": [0.5]}, [START + 1]), clock=clock)
    write(tmp_path, record({"word": [True]}, [START]), clock=clock)
    write(tmp_path, record({"word": ["closed"]}, [START + 1]), clock=clock)
    base = "data1.thermometers.temps"
    assert values(tmp_path) == {
        f"{base}.n": [1.0, 2.0, 2.5],
        f"{base}.big": [2**60 + 1, 0.5],
        f"{base}.word": [True, "closed"],
    }
