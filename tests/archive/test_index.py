"""The cache of sealed files' contents: quick when it is there, and never believed when it should not be."""

import os
import shutil
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.archive import Archive, _sealed_files
from ocs_sim.archive._sealer import seal_in_child
from tests.archive.making import START, HandClock, counted, record, values, write
from tests.archive.many import HOUR, hourly
from tests.examples import examples

FIELD = "agent1.feed_1.temps.field_1"


@pytest.fixture
def caches(tmp_path, monkeypatch):
    """A user's caches of this test alone."""
    folder = tmp_path / "caches"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def directory(tmp_path, caches):
    """Twelve hours in twelve files."""
    folder = tmp_path / "hk"
    hourly(folder, 12, blocks=2, fields=2, samples=60)
    return folder


@pytest.fixture
def opened(monkeypatch):
    """The names of the files whose contents were read."""
    names = []
    read = _sealed_files.read_index

    def counting(path, layouts):
        names.append(path.name)
        return read(path, layouts)

    monkeypatch.setattr(_sealed_files, "read_index", counting)
    return names


def contents(directory):
    with Archive(directory) as archive:
        told = archive.fields()
        loaded = {
            name: (series.times.tolist(), series.values.tolist()) for name, series in archive.load().items()
        }
        newest = {name: (latest.time, latest.value) for name, latest in archive.latest().items()}
    return told, loaded, newest


def test_what_was_read_once_is_not_read_again(directory, opened):
    first = contents(directory)
    assert len(opened) == 12
    assert (directory / ".index").is_file()
    opened.clear()
    assert contents(directory) == first
    assert opened == []
    assert len(first[0]) == 4
    assert {info.samples for info in first[0]} == {12 * 60}
    assert first[2][FIELD] == (START + 12 * HOUR - 60, 59.0)


def test_a_few_files_are_not_worth_a_cache(tmp_path, caches):
    hourly(tmp_path / "hk", 3, blocks=1, fields=1, samples=20)
    contents(tmp_path / "hk")
    assert not (tmp_path / "hk" / ".index").exists()
    assert not caches.exists()


def test_sealing_keeps_the_cache_so_that_the_first_reader_finds_it(tmp_path, caches, opened):
    folder = tmp_path / "hk"
    hourly(folder, 15, blocks=1, fields=1, samples=60)
    write(folder, counted(0), clock=HandClock(START + 100 * HOUR), seal=seal_in_child)
    assert (folder / ".index").exists()
    contents(folder)
    assert opened == []


def test_a_load_opens_only_the_files_that_it_needs(directory, monkeypatch):
    from ocs_sim.archive._sealed_file import OpenFiles

    contents(directory)
    asked = set()
    get = OpenFiles.get
    monkeypatch.setattr(OpenFiles, "get", lambda self, path: asked.add(path.name) or get(self, path))
    with Archive(directory) as archive:
        loaded = archive.load(FIELD, START + 5 * HOUR, START + 6 * HOUR)
    assert len(loaded[FIELD]) == 60
    assert asked == {f"{int(START) + 5 * HOUR}.h5"}


def damaged(data):
    """Ways in which a file can go bad."""
    yield b""
    yield b"not an index"
    yield data[:12]
    yield data[: len(data) // 2]
    yield data + b"more"
    for at in range(0, len(data), max(len(data) // 15, 1)):
        yield data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def test_a_damaged_cache_is_as_none(directory, opened):
    expected = contents(directory)
    index = directory / ".index"
    for data in damaged(index.read_bytes()):
        index.write_bytes(data)
        opened.clear()
        assert contents(directory) == expected
        assert len(opened) == 12
    opened.clear()
    assert contents(directory) == expected
    assert opened == []


def test_a_file_that_was_replaced_is_read_again(directory, tmp_path, opened):
    contents(directory)
    victim, other = sorted(directory.rglob("*.h5"))[3:5]
    before = victim.stat()
    shutil.copyfile(other, victim)
    os.utime(victim, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert victim.stat().st_size == before.st_size
    opened.clear()
    with Archive(directory) as archive:
        hours = [archive.load(FIELD, START + at * HOUR, START + (at + 1) * HOUR) for at in (3, 4)]
    assert [len(hour.get(FIELD, ())) for hour in hours] == [0, 120]
    assert opened == [victim.name]


def test_files_that_were_removed_renamed_or_replaced_are_noticed_while_open(directory):
    with Archive(directory) as archive:
        count = lambda: archive.fields(FIELD)[0].samples  # noqa: E731
        assert count() == 12 * 60
        first, second, third, *_ = sorted(directory.rglob("*.h5"))
        first.unlink()
        assert count() == 11 * 60
        second.rename(second.with_name("1763640001.h5"))
        assert count() == 11 * 60
        assert len(archive.load(FIELD)[FIELD]) == 11 * 60
        third.write_bytes(b"gone bad")
        assert count() == 10 * 60
        assert list(archive.unreadable) == [third]


@pytest.mark.parametrize("caches_too", [True, False])
def test_a_directory_that_cannot_be_written_is_cached_elsewhere_or_not_at_all(
    directory, caches, opened, caches_too
):
    # A directory where the cache should be: root may write anywhere else.
    (directory / ".index" / "x").mkdir(parents=True)
    if not caches_too:
        caches.write_text("not a directory")
    first = contents(directory)
    opened.clear()
    assert contents(directory) == first
    assert len(opened) == (0 if caches_too else 12)
    assert sorted(path.name for path in directory.iterdir()) == [".index", "17636"]


def test_a_reader_leaves_another_that_is_writing_alone(directory, opened):
    partial = directory / ".index.partial"
    partial.write_bytes(b"half")
    first = contents(directory)
    assert partial.read_bytes() == b"half"
    assert not (directory / ".index").exists()
    os.utime(partial, (time.time() - 1000,) * 2)
    assert contents(directory) == first
    assert not partial.exists()
    opened.clear()
    contents(directory)
    assert opened == []


def test_an_unreadable_file_is_told_each_time(directory):
    (directory / "17636" / "1763640500.h5").write_bytes(b"this is not HDF5")
    for _ in range(2):
        with Archive(directory) as archive:
            assert archive.fields(FIELD)[0].samples == 12 * 60
            assert len(archive.unreadable) == 1


def test_changes_of_units_and_types_are_told_from_the_cache(tmp_path, caches):
    folder = tmp_path / "hk"
    for number in range(8):
        write(folder, counted(number, fields=("a",)))
    write(folder, record({"a": ["text"]}, [START + 100]))
    first = contents(folder)
    assert (folder / ".index").exists()
    assert contents(folder) == first
    assert [info.type for info in first[0]] == ["mixed"]


@settings(
    max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_with_and_without_the_cache_the_answers_are_the_same(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("hk") / "hk"
    files = hourly(folder, 10, blocks=1, fields=1, samples=20)
    spare = hourly(folder.parent / "spare", 10, blocks=1, fields=1, samples=20, first=20)
    for _ in range(data.draw(st.integers(1, 6))):
        action = data.draw(st.sampled_from(["remove", "replace", "swap", "add", "index", "look"]))
        path = data.draw(st.sampled_from(files))
        if action == "remove":
            path.unlink(missing_ok=True)
        elif action == "replace" and path.exists():
            shutil.copyfile(data.draw(st.sampled_from(spare)), path)
        elif action == "swap" and path.exists():
            other = data.draw(st.sampled_from(files))
            path.replace(other)
        elif action == "add":
            hourly(folder, 9, blocks=1, fields=1, samples=20, first=data.draw(st.integers(30, 60)))
        elif action == "index":
            (folder / ".index").unlink(missing_ok=True)
        else:
            contents_or_nothing(folder)
    cached = contents_or_nothing(folder)
    (folder / ".index").unlink(missing_ok=True)
    assert cached == contents_or_nothing(folder)


def contents_or_nothing(folder):
    return contents(folder) if list(folder.rglob("*.h5")) else None


def test_a_text_field_survives_the_cache(tmp_path, caches):
    folder = tmp_path / "hk"
    for number in range(9):
        write(folder, record({"word": [f"w{number}"]}, [START + number]))
    first = values(folder)
    assert values(folder) == first == {"data1.thermometers.temps.word": [f"w{at}" for at in range(9)]}
