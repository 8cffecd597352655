"""What is recorded is what is read, from the journal and from the sealed file alike."""

import math
import string

import h5py
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.archive import Archive, BadRecord
from ocs_sim.archive._encoder import Encoder
from tests.archive.making import START, counted, record, values, write
from tests.examples import examples

columns_of = {
    "floats": st.floats(),
    "integers": st.integers(-(2**63), 2**63 - 1),
    "switches": st.booleans(),
    "texts": st.text(max_size=8),
    "mixed": st.one_of(
        st.none(), st.integers(), st.floats(allow_nan=False), st.text(max_size=4), st.booleans()
    ),
}
names = st.text(string.ascii_letters, min_size=1, max_size=6)


@st.composite
def blocks(draw):
    """A few records of one block whose fields and types may change from one to the next."""
    records = []
    moment = START
    for sequence in range(draw(st.integers(1, 5))):
        count = draw(st.integers(1, 4))
        kinds = draw(
            st.dictionaries(
                st.sampled_from(["time", "a", "b", "c"]), st.sampled_from(sorted(columns_of)), min_size=1
            )
        )
        data = {
            name: draw(st.lists(columns_of[kind], min_size=count, max_size=count))
            for name, kind in kinds.items()
        }
        times = [moment + step for step in range(count)]
        moment += count
        records.append(record(data, times, sequence=sequence))
    return records


def published(records):
    """What a reader must find: {full name: [(time, value)]}."""
    found = {}
    for item in records:
        for name, column in item.columns.items():
            pairs = zip(item.timestamps, column, strict=True)
            found.setdefault(f"data1.thermometers.temps.{name}", []).extend(pairs)
    return found


def archived(directory):
    with Archive(directory) as archive:
        return {
            name: list(zip(series.times.tolist(), series.values.tolist(), strict=True))
            for name, series in archive.load().items()
        }


def comparable(found):
    # None becomes NaN in a column of floats; and 1 is 1.0, but not True.
    return {
        name: [
            (time, "nan" if is_missing(value) else (value, isinstance(value, bool))) for time, value in pairs
        ]
        for name, pairs in found.items()
    }


def is_missing(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


@given(blocks())
@settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_everything_that_is_published_is_read_back(tmp_path_factory, records):
    live, sealed = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("sealed")
    write(live, *records, sealed=False)
    write(sealed, *records)
    expected = comparable(published(records))
    assert comparable(archived(live)) == expected
    assert comparable(archived(sealed)) == expected


def test_numpy_columns_are_recorded_as_lists_are(tmp_path):
    import numpy as np

    columns = {
        "a": np.array([1.5, 2.5], dtype="f4"),
        "n": np.array([1, 2], dtype="i2"),
        "ok": np.array([True, False]),
    }
    write(tmp_path, record(columns, np.array([START, START + 1])))
    assert values(tmp_path) == {
        "data1.thermometers.temps.a": [1.5, 2.5],
        "data1.thermometers.temps.n": [1, 2],
        "data1.thermometers.temps.ok": [True, False],
    }


def test_a_float_field_stays_one_block_when_a_publisher_sends_whole_numbers_as_integers(tmp_path):
    (file,) = write(
        tmp_path,
        record({"a": [1.5, 2.5]}, [START, START + 1]),
        record({"a": [3, 4]}, [START + 2, START + 3]),
        record({"a": [None, 5.5]}, [START + 4, START + 5]),
    )
    with h5py.File(file) as opened:
        assert list(opened["entry/data1/thermometers"]) == ["temps"]
    assert str(values(tmp_path, "a")) == "{'data1.thermometers.temps.a': [1.5, 2.5, 3.0, 4.0, nan, 5.5]}"


def test_a_changed_field_set_starts_a_version_and_reads_as_one(tmp_path):
    (file,) = write(
        tmp_path,
        record({"a": [1.0]}, [START]),
        record({"a": [2.0], "b": [20.0]}, [START + 1]),
        record({"a": [3.0]}, [START + 2]),
    )
    with h5py.File(file) as opened:
        feed = opened["entry/data1/thermometers"]
        assert sorted(feed) == ["temps", "temps_v2"]
        assert (feed["temps_v2"].attrs["block"], feed["temps_v2"].attrs["version"]) == ("temps", 2)
    assert values(tmp_path) == {
        "data1.thermometers.temps.a": [1.0, 2.0, 3.0],
        "data1.thermometers.temps.b": [20.0],
    }


def test_fields_in_another_order_are_the_same_block(tmp_path):
    (file,) = write(tmp_path, record({"a": [1.0], "b": [2.0]}), record({"b": [4.0], "a": [3.0]}, [START + 1]))
    with h5py.File(file) as opened:
        assert list(opened["entry/data1/thermometers"]) == ["temps"]
    assert values(tmp_path) == {
        "data1.thermometers.temps.a": [1.0, 3.0],
        "data1.thermometers.temps.b": [2.0, 4.0],
    }


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (record({"a": [1.0, 2.0]}, [START]), "1 timestamps, but columns of another length: a"),
        (record({"a": [1.0]}, ["noon"]), "its timestamps are not unix seconds"),
        (record({"a": [1.0]}, [math.nan]), "a timestamp is not finite"),
        (record({"a": [1.0]}, [None]), "its timestamps are not unix seconds"),
        (record({7: [1.0]}, [START]), "field names must be texts, not \\[7\\]"),
    ],
)
def test_a_block_that_makes_no_sense_is_refused_with_its_fault(item, fault):
    with pytest.raises(BadRecord, match=f"Block 'temps' of observatory.data1.feeds.thermometers .*{fault}"):
        Encoder().encode(item)


def test_a_refused_block_leaves_the_next_one_readable(tmp_path):
    from ocs_sim.archive import ArchiveWriter, seal

    writer = ArchiveWriter(tmp_path, seal=seal)
    with pytest.raises(BadRecord):
        writer.append(record({"a": [1.0], "b": [2.0, 3.0]}, [START]))
    writer.append(record({"a": [1.0]}))
    assert writer.close() == []
    assert values(tmp_path) == {"data1.thermometers.temps.a": [1.0]}


def test_a_block_without_samples_leaves_nothing(tmp_path):
    assert write(tmp_path, record({"a": []}, [])) == []


def test_replayed_blocks_are_stored_in_the_order_in_which_they_were_published(tmp_path):
    (file,) = write(tmp_path, *(counted(number) for number in (0, 1, 5, 2, 6, 3, 4)))
    with h5py.File(file) as opened:
        stored = opened["entry/data1/thermometers/temps/a"][()].tolist()
    assert stored == list(range(70))


def test_samples_that_share_a_feed_name_of_two_agents_stay_apart(tmp_path):
    write(tmp_path, record({"a": [1.0]}, instance="data-1"), record({"a": [2.0]}, instance="data_1"))
    assert values(tmp_path) == {"data-1.thermometers.temps.a": [1.0], "data_1.thermometers.temps.a": [2.0]}
