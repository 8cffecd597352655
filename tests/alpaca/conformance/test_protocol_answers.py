"""What answers look like, and what is answered to requests for nothing that is there."""

import json
import struct

import pytest

from tests.alpaca.conformance.members import IDS, TYPES, wrong


@pytest.mark.parametrize("kind", TYPES)
def test_bad_paths_are_a_bad_request(wire, kind):
    paths = [
        f"/api/v1/{kind.upper()}/0/connected",
        f"/api/v1/{kind.title()}/0/connected",
        f"/api/v1/{kind}x/0/connected",
        f"/api/v1/{kind}/-1/connected",
        f"/api/v1/{kind}/99999/connected",
        f"/api/v1/{kind}/A/connected",
        f"/api/v1/{kind}/0/Connected",
        f"/api/v1/{kind}/0/nosuchmember",
        f"/api/v1/{kind}/0/",
        f"/api/v1/{kind}/0",
        f"/api/v1/{kind}",
        f"/apx/v1/{kind}/0/connected",
        f"/API/v1/{kind}/0/connected",
        f"/api/1/{kind}/0/connected",
        f"/api/V1/{kind}/0/connected",
        f"/api/v2/{kind}/0/connected",
    ]
    wrong(
        f"{method} {path}: {answer.status} {answer.content_type}"
        for path in paths
        for method, answer in (("GET", wire.get(path)), ("PUT", wire.put(path, {"Connected": "true"})))
        if not (400 <= answer.status < 500 and answer.content_type.startswith("text/plain"))
    )


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(wire, method):
    assert 400 <= wire.send(method, "/api/v1/telescope/0/connected").status < 500


@pytest.mark.parametrize("kind", TYPES)
def test_a_client_connects_and_disconnects_alone(wire, kind):
    path, one, other = f"/api/v1/{kind}/0/connected", {"ClientID": 11}, {"ClientID": 12}
    assert wire.put(path, {"Connected": "True", **one}).error == 0
    assert wire.put(path, {"ClientTransactionID": 5, "ClientID": 12, "Connected": "TRUE"}).error == 0
    assert wire.get(path, one).value is True
    assert wire.put(path, {"Connected": "false", **one}).error == 0
    assert (wire.get(path, one).value, wire.get(path, other).value) == (False, True)
    assert wire.put(path, {"ClientID": 11, "Connected": "true"}).error == 0
    assert wire.get(path, one).value is True


@pytest.mark.parametrize("kind", TYPES)
def test_the_state_of_a_device_names_only_what_can_be_read(connected, running, of_type, kind):
    """DeviceState agrees with the members, key by key."""
    items = connected.get(f"/api/v1/{kind}/0/devicestate", IDS).value
    assert all(set(item) == {"Name", "Value"} for item in items)
    state = {item["Name"]: item["Value"] for item in items}
    assert len(state) == len(items)
    readable = {operation.member for operation in of_type[kind] if operation.method == "GET"}
    assert set(state) - {"TimeStamp"} <= readable
    assert state["TimeStamp"].endswith("Z")
    for name in set(state) - {"TimeStamp"}:
        assert type(connected.get(f"/api/v1/{kind}/0/{name.lower()}", IDS).value) is type(state[name]), name


def test_device_state_has_every_operational_property(connected):
    """Those which each interface lists; a camera tells its percentage only while it exposes."""
    listed = {
        "telescope": "Altitude AtHome AtPark Azimuth Declination IsPulseGuiding RightAscension SideOfPier "
        "SiderealTime Slewing Tracking UTCDate",
        "camera": "CameraState CCDTemperature CoolerPower HeatSinkTemperature ImageReady IsPulseGuiding",
        "dome": "AtHome AtPark Azimuth ShutterStatus Slewing",
        "filterwheel": "Position",
        "focuser": "IsMoving Position Temperature",
        "rotator": "IsMoving MechanicalPosition Position",
        "covercalibrator": "Brightness CalibratorChanging CalibratorState CoverMoving CoverState",
        "observingconditions": "CloudCover DewPoint Humidity Pressure RainRate SkyBrightness SkyQuality "
        "SkyTemperature StarFWHM Temperature WindDirection WindGust WindSpeed",
        "safetymonitor": "IsSafe",
        "switch": "",
    }
    for kind, names in listed.items():
        items = connected.get(f"/api/v1/{kind}/0/devicestate", IDS).value
        assert {item["Name"] for item in items} == {*names.split(), "TimeStamp"}, kind


def test_the_rates_of_an_axis_have_their_names(connected):
    for axis in (0, 1):
        rates = connected.get("/api/v1/telescope/0/axisrates", {"Axis": axis, **IDS}).value
        assert rates
        assert all(
            set(rate) == {"Minimum", "Maximum"} and 0 <= rate["Minimum"] < rate["Maximum"] for rate in rates
        )


def test_transaction_numbers_grow(connected):
    numbers = [connected.get("/api/v1/dome/0/name", IDS).envelope["ServerTransactionID"] for _ in range(3)]
    assert numbers[0] < numbers[1] < numbers[2]


def test_images_come_as_bytes_or_as_lists(connected, running):
    """ImageBytes when it is asked for, x first; JSON with Type and Rank otherwise; errors as JSON."""
    path = "/api/v1/camera/0/"
    assert connected.put(path + "abortexposure", IDS).error == 0
    for name, value in {"BinX": 1, "BinY": 1, "NumX": 5, "NumY": 3, "StartX": 2, "StartY": 4}.items():
        assert connected.put(path + name.lower(), {name: value, **IDS}).error == 0
    assert connected.put(path + "startexposure", {"Duration": 0.5, "Light": "false", **IDS}).error == 0
    running.world.clock.advance(30.0)
    for member in ("imagearray", "imagearrayvariant"):
        text = connected.get(path + member, IDS)
        assert (text.envelope["Type"], text.envelope["Rank"]) == (2, 2)
        lists = text.value
        assert (len(lists), len(lists[0])) == (5, 3)
        raw = connected.get(path + member, IDS, Accept="application/imagebytes")
        assert raw.content_type == "application/imagebytes"
        fields = struct.unpack_from("<iiIIiiiiiii", raw.body)
        assert fields[:3] == (1, 0, 123)
        assert fields[3] >= 1
        assert fields[4:] == (44, 2, 8, 2, 5, 3, 0)
        assert list(struct.unpack("<15H", raw.body[44:])) == [value for column in lists for value in column]


def test_an_answer_is_json_to_the_byte(connected):
    answer = connected.get("/api/v1/telescope/0/rightascension", IDS)
    assert json.loads(answer.body)["ErrorNumber"] == 0
    assert answer.content_type.split(";")[0] == "application/json"
