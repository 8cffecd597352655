"""Exposures are checked before anything moves, and every fault is told at once."""

import pytest
from ocs_sim.agents._camera import (
    BadExposure,
    DeviceAddress,
    ExposureRequest,
    FilterNames,
    SensorFacts,
    make_plan,
)

SENSOR = SensorFacts(width=1025, height=1000, most_binning=4, shortest_seconds=0.0, longest_seconds=3600.0)
WHEEL = FilterNames(["L", "R", "G", "r", "G"])


def plan(wheel=WHEEL, **request):
    return make_plan(ExposureRequest(**{"seconds": 1.0, **request}), SENSOR, wheel)


def test_the_whole_sensor_is_what_the_binning_leaves_of_it():
    binned = plan(binning=2)
    assert (binned.x, binned.y, binned.width, binned.height) == (0, 0, 512, 500)
    assert binned.pixels == 256_000


def test_a_subframe_is_in_binned_pixels_and_may_touch_the_edges():
    part = plan(binning=2, subframe=[412, 0, 100, 500])
    assert (part.x, part.y, part.width, part.height) == (412, 0, 100, 500)


@pytest.mark.parametrize(
    ("subframe", "part"),
    [
        ([413, 0, 100, 500], "not within the 512 x 500"),
        ([-1, 0, 10, 10], "not within"),
        ([0, 400, 10, 101], "not within"),
        ([0, 0, 0, 10], "has none"),
        ([0, 0, 10], "not 3 numbers"),
    ],
)
def test_a_subframe_outside_the_sensor(subframe, part):
    with pytest.raises(BadExposure, match=part):
        plan(binning=2, subframe=subframe)


@pytest.mark.parametrize(
    ("part", "rectangle"),
    [
        ("square", (6, 0, 500, 500)),
        ([0.25, 0.25, 0.75, 0.75], (128, 125, 256, 250)),
        ([0.0, 0.0, 1.0, 1.0], (0, 0, 512, 500)),
        ([0.9999, 0.0, 1.0, 0.0001], (511, 0, 1, 1)),
    ],
)
def test_a_part_of_the_sensor_is_a_subframe(part, rectangle):
    found = plan(binning=2, part=part)
    assert (found.x, found.y, found.width, found.height) == rectangle


@pytest.mark.parametrize("part", [[0.5, 0.0, 0.5, 1.0], [0.0, 0.0, 1.1, 1.0], [-0.1, 0.0, 1.0, 1.0], [0.5]])
def test_a_part_that_is_none(part):
    with pytest.raises(BadExposure, match="x0, y0, x1, y1 from 0 to 1"):
        plan(part=part)


def test_a_subframe_and_a_part_are_too_much():
    with pytest.raises(BadExposure, match="not both"):
        plan(part="square", subframe=[0, 0, 10, 10])


def test_every_fault_is_told_at_once():
    with pytest.raises(BadExposure) as caught:
        plan(seconds=4000.0, filter="Ha", binning=5)
    text = str(caught.value)
    assert "0 to 3600 s, not 4000 s" in text
    assert "filter 'Ha' is not in the wheel (0: L" in text
    assert "bins by 1, 2, 3, 4, not by 5" in text


@pytest.mark.parametrize(
    ("image_type", "light"), [("light", True), ("flat", True), ("dark", False), ("bias", False)]
)
def test_the_shutter_opens_for_what_needs_light(image_type, light):
    assert plan(image_type=image_type, seconds=0.0).light is light


def test_a_bias_has_no_time():
    with pytest.raises(BadExposure, match="a bias is exposed for 0 s"):
        plan(image_type="bias", seconds=3.0)


def test_filters_are_found_by_name_then_regardless_of_case_then_by_slot():
    assert (plan(filter="r").slot, plan(filter="R").slot, plan(filter="l").slot, plan(filter=2).slot) == (
        3,
        1,
        0,
        2,
    )


@pytest.mark.parametrize(("wanted", "part"), [("G", "more than once"), (5, "no slot 5"), (-1, "no slot -1")])
def test_a_filter_that_is_not_clear(wanted, part):
    with pytest.raises(BadExposure, match=part):
        plan(filter=wanted)


def test_a_filter_without_a_wheel():
    with pytest.raises(BadExposure, match="no filter wheel"):
        plan(wheel=FilterNames(), filter=0)
    assert plan(wheel=FilterNames()).slot is None


def test_the_name_of_a_slot_that_moves():
    assert (WHEEL.name_of(1), WHEEL.name_of(-1), WHEEL.name_of(9)) == ("R", None, None)


def test_addresses_of_devices():
    assert DeviceAddress.parse("3") == DeviceAddress(3)
    assert DeviceAddress.parse("cam.example:8080/1") == DeviceAddress(1, "cam.example", 8080)
    assert DeviceAddress.parse("[::1]:11111/0") == DeviceAddress(0, "[::1]", 11111)


@pytest.mark.parametrize("text", ["", "x", "-1", "host/0", "host:0/0", "host:70000/0", "host:1/"])
def test_what_is_no_address(text):
    with pytest.raises(ValueError, match="neither a device number"):
        DeviceAddress.parse(text)
