"""ASCOM's own Python client against the server: connection, values, errors, images, management, discovery."""

# ruff: noqa: N802

from __future__ import annotations

import warnings

import numpy as np
import pytest

from ocs_sim.alpaca import get
from tests.alpaca.toys import Toy, serving

# Its own invalid escape sequences and deprecated calls are not ours.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alpaca import exceptions, management
    from alpaca.camera import Camera
    from alpaca.telescope import Telescope, TelescopeAxes


class ToyCamera(Toy):
    """A toy of a camera."""

    device_type = "Camera"

    @get
    def BinX(self) -> int:
        return 2


@pytest.fixture(scope="module")
def toys():
    camera = ToyCamera()
    with serving(Toy(name="A toy"), camera) as server:
        yield server, camera


@pytest.fixture
def telescope(toys):
    return Telescope(f"127.0.0.1:{toys[0].port}", 0)


def test_it_connects_in_both_ways(telescope):
    assert telescope.Connected is False
    with pytest.raises(exceptions.NotConnectedException):
        _ = telescope.Tracking
    telescope.Connect()
    while telescope.Connecting:
        pass
    assert telescope.Connected is True
    telescope.Disconnect()
    while telescope.Connecting:
        pass
    assert telescope.Connected is False
    telescope.Connected = True
    assert telescope.Connected is True


def test_it_reads_writes_and_is_refused(telescope):
    telescope.Connected = True
    assert telescope.Name == "A toy"
    assert telescope.InterfaceVersion == 4
    telescope.Tracking = True
    assert telescope.Tracking is True
    assert [(each.Minimum, each.Maximum) for each in telescope.AxisRates(TelescopeAxes.axisSecondary)] == [
        (0.0, 1.5)
    ]
    assert {each["Name"] for each in telescope.DeviceState} == {"Tracking", "TimeStamp"}
    with pytest.raises(exceptions.ValueNotSetException, match="TargetDeclination"):
        _ = telescope.TargetDeclination
    with pytest.raises(exceptions.NotImplementedException):
        telescope.CommandBlind("x", Raw=False)
    with pytest.raises(exceptions.ActionNotImplementedException):
        telescope.Action("dance", "")


def test_it_gets_images(toys):
    server, toy = toys
    camera = Camera(f"127.0.0.1:{server.port}", 0)
    camera.Connected = True
    toy.image = np.random.default_rng(3).integers(0, 65536, (30, 50), dtype=np.uint16)
    assert camera.BinX == 2
    assert (np.array(camera.ImageArray) == toy.image.T).all()
    assert (camera.ImageArrayInfo.Rank, camera.ImageArrayInfo.Dimension1) == (2, 50)
    toy.image = None
    with pytest.raises(exceptions.DriverException, match="stuck"):
        _ = camera.ImageArray


def test_it_learns_what_the_server_has(toys):
    address = f"127.0.0.1:{toys[0].port}"
    assert management.apiversions(address) == [1]
    assert management.description(address)["ServerName"] == "A simulated observatory"
    assert {each["DeviceType"] for each in management.configureddevices(address)} == {"Telescope", "Camera"}
