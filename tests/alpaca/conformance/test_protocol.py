"""What every member of every device makes of correct and of odd requests."""

from __future__ import annotations

import json
import struct

import pytest

from tests.alpaca.conformance.members import TYPES, operations

# Nothing of what is asked here is to hold up what follows.
SLOW_FOR_CLIENTS = {"SlewToCoordinates", "SlewToTarget", "SlewToAltAz"}
IDS = {"ClientID": 7, "ClientTransactionID": 123}
GARBAGE = "asduio6fghZZ"
NOT_CONNECTED = 0x407
INVALID_VALUE = 0x401


@pytest.fixture(scope="module")
def of_type(running):
    """The operations of each type of device."""
    return {device.device_type.lower(): list(operations(device)) for device in running.devices}


@pytest.fixture
def connected(wire):
    """A connection whose client 7 is connected to everything."""
    for kind in TYPES:
        assert wire.put(f"/api/v1/{kind}/0/connected", {"Connected": "true", **IDS}).error == 0
    return wire


def ask(wire, operation, pairs):
    return (wire.get if operation.method == "GET" else wire.put)(operation.path, pairs)


def wrong(findings):
    """Fail with all that is wrong at once."""
    assert not (found := [str(each) for each in findings if each]), "\n".join(found)


def inverted(name):
    return name.swapcase()


def is_a_good_envelope(operation, answer, transaction=123):
    """Return what is wrong with an answer that has to be understood, or None."""
    if answer.status != 200:
        return f"{operation}: {answer.status} {answer.body[:100]!r}"
    if answer.content_type.startswith("application/imagebytes"):
        return None
    envelope = answer.envelope
    expected = {"ClientTransactionID", "ServerTransactionID", "ErrorNumber", "ErrorMessage"}
    if operation.method == "GET" and envelope["ErrorNumber"] == 0:
        expected.add("Value")
    if operation.member in ("ImageArray", "ImageArrayVariant") and envelope["ErrorNumber"] == 0:
        expected |= {"Type", "Rank"}
    keys = set(envelope) - ({"Value"} if operation.method == "PUT" else set())
    if keys != expected:
        return f"{operation}: keys {sorted(envelope)}"
    if envelope["ClientTransactionID"] != transaction or envelope["ServerTransactionID"] < 1:
        return f"{operation}: {envelope}"
    if bool(envelope["ErrorNumber"]) != bool(envelope["ErrorMessage"]):
        return f"{operation}: {envelope}"
    if envelope["ErrorNumber"] and not 0x400 <= envelope["ErrorNumber"] <= 0xFFF:
        return f"{operation}: {envelope}"
    return None


@pytest.mark.parametrize("kind", TYPES)
def test_an_operation_asked_as_it_should_be_is_understood(connected, of_type, kind):
    wrong(
        is_a_good_envelope(operation, ask(connected, operation, {**operation.sample, **IDS}))
        for operation in of_type[kind]
    )


@pytest.mark.parametrize("kind", TYPES)
def test_parameters_nobody_knows_are_ignored(connected, of_type, kind):
    wrong(
        is_a_good_envelope(
            operation, ask(connected, operation, {"ExtraParameter": "ExtraValue", **operation.sample, **IDS})
        )
        for operation in of_type[kind]
    )


@pytest.mark.parametrize("kind", TYPES)
def test_names_in_a_query_are_taken_in_any_casing(connected, of_type, kind):
    for style in (str.lower, inverted):
        wrong(
            is_a_good_envelope(
                operation,
                connected.get(
                    operation.path, {style(key): value for key, value in {**operation.sample, **IDS}.items()}
                ),
            )
            for operation in of_type[kind]
            if operation.method == "GET"
        )


@pytest.mark.parametrize("kind", TYPES)
def test_names_in_a_form_are_taken_as_they_are_spelt_only(connected, of_type, kind):
    wrong(
        f"{operation} with {inverted(name)}: {answer.status}"
        for operation in of_type[kind]
        if operation.method == "PUT"
        for name, _ in operation.parameters
        if (answer := connected.put(operation.path, {**swapped(operation.sample, name), **IDS})).status != 400
    )


def swapped(sample, name):
    return {(inverted(key) if key == name else key): value for key, value in sample.items()}


@pytest.mark.parametrize("kind", TYPES)
def test_ids_in_a_form_that_are_misspelt_count_as_absent(wire, of_type, kind):
    pairs = {"clientid": 7, "clienttransactionid": 123}
    wrong(
        is_a_good_envelope(operation, wire.put(operation.path, {**operation.sample, **pairs}), transaction=0)
        for operation in of_type[kind]
        if operation.method == "PUT"
    )


@pytest.mark.parametrize("kind", TYPES)
def test_a_parameter_that_is_missing_is_a_bad_request(connected, of_type, kind):
    wrong(
        f"{operation} without {name}: {answer.status}"
        for operation in of_type[kind]
        for name, _ in operation.parameters
        if (
            answer := ask(
                connected,
                operation,
                {key: value for key, value in operation.sample.items() if key != name} | IDS,
            )
        ).status
        != 400
    )


@pytest.mark.parametrize("kind", TYPES)
def test_values_that_mean_nothing_are_refused(connected, of_type, kind):
    wrong(
        f"{operation} with {name}={GARBAGE}: {answer.status} {answer.body[:80]!r}"
        for operation in of_type[kind]
        for name, hint in operation.parameters
        if hint is not str
        if not is_refused(answer := ask(connected, operation, {**operation.sample, name: GARBAGE, **IDS}))
    )


def is_refused(answer):
    return answer.status == 400 or answer.error == INVALID_VALUE


@pytest.mark.parametrize("kind", TYPES)
def test_values_that_only_look_like_numbers_are_refused(connected, of_type, kind):
    odd = {
        int: ["1.5", "1e3", "", " ", "0x10", "१"],
        float: ["1,5", "nan", "inf", "", "1_0"],
        bool: ["1", "yes", ""],
    }
    wrong(
        f"{operation} with {name}={value!r}: {answer.status} {answer.body[:80]!r}"
        for operation in of_type[kind]
        for name, hint in operation.parameters
        for value in odd.get(hint, [])
        if not is_refused(answer := ask(connected, operation, {**operation.sample, name: value, **IDS}))
    )


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", ["ClientID", "ClientTransactionID"])
def test_ids_that_are_no_ids_are_a_bad_request(wire, of_type, kind, name):
    wrong(
        f"{operation} with {name}={value!r}: {answer.status}"
        for operation in of_type[kind]
        for value in ("", " ", "-1", "NASDAQ", "1.0", "4294967296")
        if (answer := ask(wire, operation, {**operation.sample, **IDS, name: value})).status != 400
    )


@pytest.mark.parametrize("kind", TYPES)
def test_who_sends_no_ids_is_served(wire, of_type, kind):
    wrong(
        is_a_good_envelope(operation, ask(wire, operation, operation.sample), transaction=0)
        for operation in of_type[kind]
        if operation.member not in ("Connected", "Connect", "Disconnect")
    )


@pytest.mark.parametrize("kind", TYPES)
def test_only_a_few_members_are_there_for_who_is_not_connected(wire, of_type, kind):
    always = {
        "Description",
        "DriverInfo",
        "DriverVersion",
        "InterfaceVersion",
        "Name",
        "SupportedActions",
        "Connecting",
        "Connected",
        "Connect",
        "Disconnect",
    }
    stranger = {"ClientID": 4001, "ClientTransactionID": 123}
    wrong(
        f"{operation}: {answer.error:#x}"
        for operation in of_type[kind]
        if operation.member not in always
        if (answer := ask(wire, operation, {**operation.sample, **stranger})).error != NOT_CONNECTED
    )


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
    for name in ("NumX", "NumY", "StartX", "StartY"):
        value = {"NumX": 5, "NumY": 3, "StartX": 2, "StartY": 4}[name]
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


@pytest.mark.parametrize("name", ["SubExposureDuration", "SubexposureDuration"])
def test_the_two_spellings_of_a_parameter_are_understood(connected, name):
    assert connected.put("/api/v1/camera/0/subexposureduration", {name: 1.0, **IDS}).error == 0x400
