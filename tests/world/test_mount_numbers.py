"""What a mount says is worked out without arrays, and is what it is with them."""

import numpy as np
import pytest

from ocs_sim.world import load_profile
from ocs_sim.world._mount_axes import MountAxes
from ocs_sim.world._sky_frame import sidereal_degrees, sidereal_degrees_at


@pytest.mark.parametrize("latitude", [-30.0, 48.0])
def test_where_axes_point(latitude):
    axes = MountAxes(load_profile("fast").mount, latitude)
    hours, decs = (
        each.ravel() for each in np.meshgrid(np.linspace(-400, 400, 41), np.linspace(-270, 270, 37))
    )
    together = np.array(axes.to_sky(hours, decs)).T
    one_by_one = [axes.to_sky_at(hour, dec) for hour, dec in zip(hours.tolist(), decs.tolist(), strict=True)]
    np.testing.assert_array_equal(one_by_one, together)


def test_sidereal_time():
    place = load_profile("fast").place
    times = 1.8e9 + np.linspace(0.0, 86400.0, 401)
    one_by_one = [sidereal_degrees_at(place, each) for each in times.tolist()]
    np.testing.assert_array_equal(one_by_one, sidereal_degrees(place, times))
