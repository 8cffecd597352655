"""Decimation: what a plot of many samples shows is what they are."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocs_sim.archive import Archive, ArchiveWriter, NotNumeric, seal
from ocs_sim.archive._pyramid import pyramid
from tests.archive.making import START, HandClock, record, write
from tests.examples import examples

A = "data1.thermometers.temps.a"


def expected(times, samples, start, end, points):
    """Minimum, mean, maximum and count per bin, the slow way."""
    width = (end - start) / points
    rows = []
    for number in range(points):
        low, high = start + number * width, start + (number + 1) * width
        inside = samples[(times >= low) & (times < high) & ~np.isnan(samples)]
        rows.append(
            (inside.min(), inside.mean(), inside.max(), len(inside)) if len(inside) else (np.nan,) * 3 + (0,)
        )
    return np.array(rows).T


def recorded(directory, pieces, *, last_sealed=True):
    """Archive (times, samples), one file for each."""
    clock = HandClock()
    writer = ArchiveWriter(directory, clock=clock, seal=seal)
    for number, (times, samples) in enumerate(pieces):
        writer.append(record({"a": samples, "twice": samples * 2}, times, sequence=number))
        if last_sealed or number < len(pieces) - 1:
            writer.rotate()
        clock.turn(1)
    writer.sync()
    return writer


@pytest.mark.parametrize("last_sealed", [True, False])
@pytest.mark.parametrize(
    ("points", "start", "end"), [(7, 0, 30000), (10, 1234.5, 23456.7), (3, -5000, 50000), (2000, 0, 30000)]
)
def test_bins_hold_what_brute_force_finds(tmp_path, points, start, end, last_sealed):
    generator = np.random.default_rng(1)
    pieces = []
    for number in range(3):
        times = START + number * 10000 + np.arange(10000.0)
        samples = generator.normal(size=10000)
        samples[generator.random(10000) < 0.1] = np.nan
        pieces.append((times, samples))
    writer = recorded(tmp_path, pieces, last_sealed=last_sealed)
    with Archive(tmp_path) as archive:
        found = archive.decimate("a", START + start, START + end, points)[A]
    writer.close()
    times, samples = (
        np.concatenate([piece[0] for piece in pieces]),
        np.concatenate([piece[1] for piece in pieces]),
    )
    _low, mean, _high, count = expected(times, samples, START + start, START + end, points)
    inside = (times >= START + start) & (times < START + end) & ~np.isnan(samples)
    assert found.count.sum() == inside.sum()
    # Where bins hold many samples their edges are honoured to within a quarter of a bin.
    assert np.abs(found.count - count).max() <= max(count.max() / 2, 1)
    assert np.nanmin(found.minimum) == samples[inside].min()
    assert np.nanmax(found.maximum) == samples[inside].max()
    assert np.nansum(found.mean * found.count) == pytest.approx(samples[inside].sum())
    if count.max() < 64:
        assert np.array_equal(found.count, count)
        assert np.allclose(found.mean, mean, equal_nan=True)


@given(
    st.lists(st.floats(allow_infinity=False, width=32), min_size=1, max_size=40),
    st.integers(1, 12),
)
@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_few_samples_are_binned_exactly(tmp_path_factory, samples, points):
    directory = tmp_path_factory.mktemp("hk")
    times = START + np.arange(float(len(samples)))
    write(directory, record({"a": samples}, times.tolist()))
    with Archive(directory) as archive:
        found = archive.decimate("a", START, START + len(samples), points)[A]
    low, mean, high, count = expected(times, np.array(samples), START, START + len(samples), points)
    assert np.array_equal(found.count, count)
    assert np.array_equal(found.minimum, low, equal_nan=True)
    assert np.array_equal(found.maximum, high, equal_nan=True)
    assert np.allclose(found.mean, mean, equal_nan=True, rtol=1e-6)


def test_without_a_range_the_last_sample_is_in_the_last_bin(tmp_path):
    write(tmp_path, record({"a": [1.0, 2.0, 3.0]}))
    with Archive(tmp_path) as archive:
        found = archive.decimate("a", points=4)[A]
    assert found.count.tolist() == [1, 1, 0, 1]
    assert found.maximum[[0, 1, 3]].tolist() == [1.0, 2.0, 3.0]


def test_one_sample_is_enough(tmp_path):
    write(tmp_path, record({"a": [5.0]}))
    with Archive(tmp_path) as archive:
        found = archive.decimate("a", points=4)[A]
    assert np.nansum(found.mean) == 5.0


def test_switches_and_integers_can_be_plotted_and_texts_cannot(tmp_path):
    write(tmp_path, record({"open": [True, False, True, True], "n": [1, 2, 3, 4], "word": ["a"] * 4}))
    with Archive(tmp_path) as archive:
        found = archive.decimate("*", START, START + 4, 1)
        assert {name.rpartition(".")[2]: each.mean.tolist() for name, each in found.items()} == {
            "n": [2.5],
            "open": [0.75],
        }
        with pytest.raises(NotNumeric, match=r"temps.word holds text values"):
            archive.decimate("word")


def test_fields_that_come_and_go_are_counted_where_they_are(tmp_path):
    write(
        tmp_path,
        record({"a": [1.0]}, [START]),
        record({"b": [2.0], "a": [3.0]}, [START + 1]),
        record({"b": [4.0]}, [START + 2]),
    )
    with Archive(tmp_path) as archive:
        found = archive.decimate("*", START, START + 3, 3)
    assert found[A].count.tolist() == [1, 1, 0]
    assert found["data1.thermometers.temps.b"].count.tolist() == [0, 1, 1]


def test_a_clock_that_stepped_back_leaves_no_sample_out(tmp_path):
    times = np.concatenate([START + np.arange(5000.0), START - 3600 + np.arange(5000.0)])
    writer = recorded(tmp_path, [(times, np.arange(10000.0))])
    with Archive(tmp_path) as archive:
        whole = archive.decimate("a", START - 3600, START + 5000, 2)[A]
        part = archive.decimate("a", START, START + 1000, 2)[A]
    writer.close()
    assert whole.count.sum() == 10000
    # The range was recorded twice: at its time, and after the step.
    assert part.count.sum() == 2000


def test_a_pyramid_holds_every_sample_once():
    samples = np.random.default_rng(2).normal(size=70_001)
    times = np.arange(70_001.0)
    levels = pyramid(times, [samples])
    assert [level.factor for level in levels] == [64, 4096]
    for level in levels:
        low, mean, high, count = level.values[0]
        assert count.sum() == 70_001
        assert (low.min(), high.max()) == (samples.min(), samples.max())
        assert (mean * count).sum() == pytest.approx(samples.sum())
        assert level.spans[0, 0] == 0
        assert level.spans[1, -1] == 70_000
