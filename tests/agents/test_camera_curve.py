"""The floor of a V-curve is found, or it is said why not."""

import math

import numpy as np
import pytest
from ocs_sim.agents._camera import FocusPoint, NoMinimum, fit_curve


def sweep(best, floor=3.0, slope=0.02, positions=range(4700, 5301, 75), scatter=0.0, seed=1):
    random = np.random.default_rng(seed)
    return [
        FocusPoint(each, math.hypot(floor, slope * (each - best)) * random.normal(1.0, scatter), 20)
        for each in positions
    ]


@pytest.mark.parametrize("best", [4800, 5000.5, 5222])
def test_an_exact_hyperbola_is_found_exactly(best):
    curve = fit_curve(sweep(best))
    assert curve.best_position == pytest.approx(best, abs=1e-3)
    assert (curve.floor_pixels, curve.slope) == pytest.approx((3.0, 0.02), rel=1e-6)
    assert curve.diameter_at(best + 100) == pytest.approx(math.hypot(3.0, 2.0))


def test_the_error_that_is_told_is_the_error_that_is_made():
    curves = [fit_curve(sweep(5040, scatter=0.03, seed=seed)) for seed in range(100)]
    offs = np.array([each.best_position - 5040 for each in curves])
    told = np.median([each.error_steps for each in curves])
    assert abs(offs.mean()) < 4 * told / 10
    assert 0.6 < offs.std() / told < 1.7


def test_a_measurement_gone_wrong_is_left_out():
    points = sweep(5040, scatter=0.01)
    points[2] = FocusPoint(points[2].position, points[2].diameter_pixels * 3, 1)
    curve = fit_curve(points)
    assert curve.used == len(points) - 1
    assert curve.best_position == pytest.approx(5040, abs=5)


def test_the_order_of_a_sweep_is_no_matter():
    assert fit_curve(sweep(5040)[::-1]) == fit_curve(sweep(5040))


def test_too_few_points():
    with pytest.raises(NoMinimum, match="at 4 positions; 5 are needed"):
        fit_curve(sweep(5000, positions=range(4900, 5100, 50)))


def test_one_place_measured_often_is_no_sweep():
    with pytest.raises(NoMinimum, match="fewer than three"):
        fit_curve(sweep(5000, positions=[5000] * 9))


def test_a_curve_that_opens_downwards():
    points = [FocusPoint(each, 5.0 - abs(each - 5000) / 100, 9) for each in range(4800, 5201, 50)]
    with pytest.raises(NoMinimum, match="wider range"):
        fit_curve(points)
