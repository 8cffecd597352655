"""alpyca drives every member of every device: its classes are looked through, so that none is forgotten."""

import math

import alpaca.exceptions
import pytest
from alpaca.covercalibrator import CalibratorStatus
from alpaca.exceptions import ActionNotImplementedException, NotImplementedException
from alpaca.telescope import DriveRates, GuideDirections, PierSide, TelescopeAxes

from ocs_sim.alpaca._members import declared_members
from ocs_sim.world import load_profile, profile_names
from tests.alpaca.conformance.conftest import new_world
from tests.alpaca.conformance.members import TYPES
from tests.alpaca.conformance.observatory import CLASSES, observatory

# What alpyca makes of other members, or refuses to send.
ONLY_ALPYCAS = {"ImageArrayRaw": "imagearray", "ImageArrayInfo": "imagearray"}
SYNCHRONOUS = {"SlewToAltAz", "SlewToCoordinates", "SlewToTarget"}
REFUSED = {
    "common": {"CommandBlind", "CommandBool", "CommandString"},
    "camera": {
        "BayerOffsetX",
        "BayerOffsetY",
        "FastReadout",
        "GainMax",
        "GainMin",
        "Offset",
        "OffsetMax",
        "OffsetMin",
        "Offsets",
        "SubExposureDuration",
    },
    "dome": {"Altitude", "SlewToAltitude"},
}
# What each method is called with; those without an entry take nothing.
ARGUMENTS = {
    "Action": ("Sing", ""),
    "CommandBlind": ("text", True),
    "CommandBool": ("text", True),
    "CommandString": ("text", True),
    "camera.PulseGuide": (GuideDirections.guideNorth, 10),
    "camera.StartExposure": (0.5, False),
    "covercalibrator.CalibratorOn": (7,),
    "dome.SlewToAltitude": (45.0,),
    "dome.SlewToAzimuth": (10.0,),
    "dome.SyncToAzimuth": (10.0,),
    "focuser.Move": (5100,),
    "observingconditions.SensorDescription": ("Temperature",),
    "observingconditions.TimeSinceLastUpdate": ("Temperature",),
    "rotator.Move": (5.0,),
    "rotator.MoveAbsolute": (15.0,),
    "rotator.MoveMechanical": (25.0,),
    "rotator.Sync": (35.0,),
    "switch.CanAsync": (0,),
    "switch.CanWrite": (0,),
    "switch.CancelAsync": (0,),
    "switch.GetSwitch": (0,),
    "switch.GetSwitchDescription": (0,),
    "switch.GetSwitchName": (0,),
    "switch.GetSwitchValue": (0,),
    "switch.MaxSwitchValue": (0,),
    "switch.MinSwitchValue": (0,),
    "switch.SetAsync": (0, True),
    "switch.SetAsyncValue": (0, 1.0),
    "switch.SetSwitch": (4, True),
    "switch.SetSwitchName": (0, "Dew heater"),
    "switch.SetSwitchValue": (4, 0.0),
    "switch.StateChangeComplete": (1,),
    "switch.SwitchStep": (0,),
    "telescope.AxisRates": (TelescopeAxes.axisPrimary,),
    "telescope.CanMoveAxis": (TelescopeAxes.axisPrimary,),
    "telescope.DestinationSideOfPier": (5.0, -30.0),
    "telescope.MoveAxis": (TelescopeAxes.axisPrimary, 0.0),
    "telescope.PulseGuide": (GuideDirections.guideNorth, 10),
    "telescope.SlewToAltAzAsync": (170.0, 50.0),
}
# What is written to each property that can be written and then reads so.
WRITTEN = {
    "camera.BinX": 2,
    "camera.BinY": 2,
    "camera.CoolerOn": True,
    "camera.Gain": 0,
    "camera.NumX": 8,
    "camera.NumY": 8,
    "camera.ReadoutMode": 1,
    "camera.SetCCDTemperature": -5.0,
    "camera.StartX": 4,
    "camera.StartY": 4,
    "rotator.Reverse": True,
    "telescope.DeclinationRate": 0.5,
    "telescope.DoesRefraction": False,
    "telescope.GuideRateDeclination": 0.001,
    "telescope.GuideRateRightAscension": 0.001,
    "telescope.RightAscensionRate": 0.1,
    "telescope.SlewSettleTime": 1.0,
    "telescope.TargetDeclination": -10.0,
    "telescope.TargetRightAscension": 5.0,
    "telescope.Tracking": True,
    "telescope.TrackingRate": DriveRates.driveSidereal,
    "dome.Slaved": False,
    "Connected": True,
}
READ_ONLY_HERE = {
    "focuser.TempComp": False,
    "telescope.SiteElevation": 100.0,
    "telescope.SiteLatitude": 10.0,
    "telescope.SiteLongitude": 10.0,
    "telescope.UTCDate": "2026-11-21T04:05:06Z",
    "camera.FastReadout": True,
    "camera.Offset": 1,
    "camera.SubExposureDuration": 1.0,
}
# These are written here, and read once something has moved.
STARTED = {"filterwheel.Position": 1, "telescope.SideOfPier": PierSide.pierEast}


def offered(kind):
    """Return what alpyca's class has: name to property or function."""
    return {name: getattr(CLASSES[kind], name) for name in dir(CLASSES[kind]) if not name.startswith("_")}


@pytest.mark.parametrize("kind", TYPES)
def test_no_member_that_alpyca_knows_is_missing(running, kind):
    """Each is served for GET and PUT as alpyca uses it, and no other member is invented."""
    device = next(device for device in running.devices if device.device_type.lower() == kind)
    declared = {name.lower(): member for name, member in declared_members(type(device)).items()}
    known = set()
    for name, attribute in offered(kind).items():
        member = declared.get(ONLY_ALPYCAS.get(name, name.lower()))
        assert member is not None, name
        known.add(ONLY_ALPYCAS.get(name, name.lower()))
        if isinstance(attribute, property):
            assert member.get_declared is not None, name
            assert (member.put_declared is not None) >= (attribute.fset is not None), name
    assert set(declared) - known <= {"imagearrayvariant"}


def prepare(site, kind):
    """Bring a device to where each of its members can be asked."""
    if kind == "telescope":
        site.telescope.Unpark()
        site.telescope.Tracking = True
        site.telescope.TargetRightAscension = site.telescope.SiderealTime
        site.telescope.TargetDeclination = -20.0
    if kind == "camera":
        site.camera.StartExposure(0.5, False)
        site.wait(10.0)


@pytest.mark.parametrize("kind", TYPES)
def test_every_property_is_read(site, kind):
    prepare(site, kind)
    device = getattr(site, kind)
    for name, attribute in offered(kind).items():
        if not isinstance(attribute, property):
            continue
        if name in REFUSED.get(kind, ()):
            with pytest.raises(NotImplementedException):
                getattr(device, name)
        elif name == "PercentCompleted":
            device.StartExposure(1.0, False)
            assert 0 <= device.PercentCompleted <= 100
            site.wait(10.0)
        else:
            assert getattr(device, name) is not None, name


@pytest.mark.parametrize("kind", TYPES)
def test_every_property_is_written(site, kind):
    prepare(site, kind)
    device = getattr(site, kind)
    for name, attribute in offered(kind).items():
        if not isinstance(attribute, property) or attribute.fset is None:
            continue
        full = name if name in WRITTEN else f"{kind}.{name}"
        if full in READ_ONLY_HERE:
            with pytest.raises(NotImplementedException):
                setattr(device, name, READ_ONLY_HERE[full])
        elif full in STARTED:
            setattr(device, name, STARTED[full])
            site.wait(60.0)
            assert getattr(device, name) == STARTED[full], name
        else:
            setattr(device, name, WRITTEN[full])
            assert getattr(device, name) == pytest.approx(WRITTEN[full]), name


@pytest.mark.parametrize("kind", TYPES)
def test_every_method_is_called(site, kind):
    device = getattr(site, kind)
    for name, attribute in offered(kind).items():
        if isinstance(attribute, property):
            continue
        prepare(site, kind)
        arguments = ARGUMENTS.get(name) or ARGUMENTS.get(f"{kind}.{name}", ())
        if name == "Action":
            with pytest.raises(ActionNotImplementedException):
                device.Action(*arguments)
        elif name in REFUSED["common"] | REFUSED.get(kind, set()) | SYNCHRONOUS:
            with pytest.raises(NotImplementedException):
                getattr(device, name)(*(arguments or (5.0, 5.0)[: 0 if name == "SlewToTarget" else 2]))
        else:
            call(site, device, name, arguments)
        device.Connected = True


def call(site, device, name, arguments):
    """Call a method when it makes sense, and let what it starts end."""
    here = ()
    if name in ("SlewToCoordinatesAsync", "SyncToCoordinates"):
        here = (device.SiderealTime, -30.0)
    if name == "SlewToAltAzAsync":
        device.Tracking = False
    if name == "SyncToAltAz":
        here = (device.Azimuth, device.Altitude)
    if name == "CancelAsync":
        device.SetAsyncValue(0, device.MaxSwitchValue(0))
    getattr(device, name)(*(here or arguments))
    site.wait(60.0)


def test_a_lamp_is_on_after_it_was_turned_on(site):
    """One of the methods above, to see that they do something."""
    site.covercalibrator.CalibratorOn(7)
    site.wait(60.0)
    assert site.covercalibrator.CalibratorState == CalibratorStatus.Ready


def test_every_kind_of_error_has_its_exception():
    """alpyca knows each number that a simulated device uses."""
    from ocs_sim import alpaca as ours

    theirs = {
        number().number if kind is None else number("x").number: kind
        for kind, number in vars(alpaca.exceptions).items()
        if isinstance(number, type)
        and kind not in ("AlpacaRequestException", "DriverException", "DeprecationWarning")
        and issubclass(number, Exception)
        and number.__module__ == "alpaca.exceptions"
    }
    for name in (
        "NotImplementedByDevice",
        "InvalidValue",
        "ValueNotSet",
        "NotConnected",
        "InvalidWhileParked",
        "InvalidWhileSlaved",
        "InvalidOperation",
        "ActionNotImplemented",
        "OperationCancelled",
    ):
        assert getattr(ours, name)("text").number in theirs, name


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_has_all_devices(stage, name):
    """Whatever the numbers: every state can be read."""
    profile = load_profile(name)
    with observatory(stage.show(new_world(profile, stepped=True))) as site:
        for kind in TYPES:
            assert {item["Name"] for item in getattr(site, kind).DeviceState} > set() or kind == "switch"
            assert getattr(site, kind).Name
        assert site.camera.CameraXSize == profile.camera.width
        assert site.camera.ElectronsPerADU == profile.camera.electrons_per_adu
        assert site.telescope.FocalLength == profile.optics.focal_length_metres
        assert site.telescope.ApertureDiameter == profile.optics.aperture_metres
        hidden = profile.optics.obstruction_fraction**2
        area = math.pi / 4.0 * profile.optics.aperture_metres**2 * (1.0 - hidden)
        assert site.telescope.ApertureArea == pytest.approx(area)
        assert site.filterwheel.Names == [each.name for each in profile.filters]
