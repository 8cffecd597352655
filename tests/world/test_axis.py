"""An axis never exceeds its rate nor its acceleration, is never torn, and arrives exactly."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocs_sim.world._axis import Axis, trapezoid
from ocs_sim.world._timeline import Piece, Timeline

START = 1.8e9
# What a double of unix seconds resolves, times the fastest rate.
TORN = 1e-4

motions = st.fixed_dictionaries(
    {
        "position": st.floats(-200, 200),
        "rate": st.floats(-1, 1),  # of the greatest
        "target": st.floats(-200, 200),
        "final_rate": st.floats(-0.3, 0.3),
        "max_rate": st.floats(0.5, 30),
        "acceleration": st.floats(0.2, 60),
    }
)


def pieces_of(motion, start=START):
    greatest = motion["max_rate"]
    return trapezoid(
        start,
        motion["position"],
        motion["rate"] * greatest,
        motion["target"],
        motion["final_rate"] * greatest,
        greatest,
        motion["acceleration"],
    )


def ends(pieces):
    """Return (position, rate) at the end of each piece but the last."""
    for piece, after in itertools.pairwise(pieces):
        since = after.start - piece.start
        yield (
            piece.position + since * (piece.rate + since * piece.acceleration / 2),
            piece.rate + since * piece.acceleration,
            after,
        )


@given(motions)
def test_a_motion_is_not_torn(motion):
    pieces = pieces_of(motion)
    assert (pieces[0].start, pieces[0].position) == pytest.approx((START, motion["position"]))
    for position, rate, after in ends(pieces):
        assert position == pytest.approx(after.position, abs=TORN)
        assert rate == pytest.approx(after.rate, abs=TORN)


@given(motions)
def test_a_motion_respects_rate_and_acceleration(motion):
    pieces = pieces_of(motion, start=0.0)
    allowed = motion["max_rate"] + 1e-9
    # An axis that runs away from its target faster than it may go towards it slows down first.
    begun = abs(motion["rate"]) * motion["max_rate"] + 1e-9
    for position, rate, after in ends(pieces):
        del position, after
        assert abs(rate) <= max(allowed, begun)
    assert all(abs(piece.acceleration) <= motion["acceleration"] + 1e-9 for piece in pieces)
    assert max(abs(piece.rate) for piece in pieces) <= max(allowed, begun)


@given(motions)
def test_a_motion_arrives_exactly_and_stays_with_its_target(motion):
    pieces = pieces_of(motion, start=0.0)
    last = pieces[-1]
    final_rate = motion["final_rate"] * motion["max_rate"]
    assert last.position == motion["target"] + final_rate * last.start
    assert (last.rate, last.acceleration) == (final_rate, 0.0)


@pytest.mark.parametrize(("distance", "seconds"), [(40.0, 40 / 4 + 4 / 2), (2.0, 2 * math.sqrt(2 / 2))])
def test_a_motion_from_rest_takes_what_it_has_to(distance, seconds):
    assert trapezoid(0.0, 0.0, 0.0, distance, 0.0, 4.0, 2.0)[-1].start == pytest.approx(seconds)


def test_an_axis_on_its_target_stays():
    assert trapezoid(5.0, 7.0, 0.0, 7.0, 0.0, 4.0, 2.0) == [Piece(5.0, 7.0)]


def test_a_command_changes_only_what_comes():
    axis = Axis(0.0, 2.0, 1.0)
    axis.move_to(100.0, 50.0, -math.inf)
    before = [axis.position(100.0 + each) for each in range(6)]
    axis.move_to(105.0, -50.0, -math.inf)
    assert [axis.position(100.0 + each) for each in range(6)] == before
    assert axis.position(1e6) == -50.0
    assert axis.position(105.5) > axis.position(105.0)  # it slows down first


def test_one_moment_and_many_agree():
    axis = Axis(3.0, 2.0, 1.0)
    axis.move_to(100.0, 50.0, -math.inf, 0.1)
    times = np.linspace(95.0, 140.0, 91)
    assert axis.timeline.value(times).tolist() == [axis.position(float(each)) for each in times]
    assert axis.timeline.rate(times).tolist() == [axis.rate(float(each)) for each in times]


def test_a_pulse_moves_by_its_rate_and_length():
    axis = Axis(0.0, 2.0, 1.0)
    axis.run(0.0, 0.01, -math.inf)
    axis.pulse(10.0, 0.002, 13.0, -math.inf)
    assert axis.position(20.0) == pytest.approx(0.2 + 0.006)


def test_what_is_too_old_is_forgotten_but_for_what_still_holds():
    timeline = Timeline(0.0)
    for second in range(100):
        timeline.replace([Piece(float(second), float(second))], keep_since=second - 10.0)
    assert timeline.pieces[0].start == 89.0
    assert timeline.value(89.5) == 89.0


def play(positions, width):
    """Return where the driven part is, step by step: pushed only where the gap is used up."""
    driven = positions[0]
    for position in positions:
        driven = min(max(driven, position - width / 2), position + width / 2)
        yield driven


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.5, 20)), min_size=1, max_size=6), st.floats(0.1, 3))
def test_backlash_is_that_of_a_gap(targets, width):
    axis = Axis(0.0, 2.0, 1.0, width)
    times = [0.0]
    for target, wait in targets:
        axis.move_to(times[-1], target, -math.inf)
        steps = int(wait / 0.005)
        times += [times[-1] + 0.005 * (each + 1) for each in range(steps)]
    moments = np.array(times)
    expected = np.array(list(play(axis.timeline.value(moments), width)))
    assert np.abs(axis.timeline.driven(moments) - expected).max() < 0.02
