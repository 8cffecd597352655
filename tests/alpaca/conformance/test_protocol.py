"""What every member of every device makes of correct and of odd requests."""

import pytest

from tests.alpaca.conformance.members import IDS, TYPES, wrong

GARBAGE = "asduio6fghZZ"
NOT_CONNECTED = 0x407
INVALID_VALUE = 0x401


def ask(wire, operation, pairs):
    return (wire.get if operation.method == "GET" else wire.put)(operation.path, pairs)


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


@pytest.mark.parametrize("name", ["SubExposureDuration", "SubexposureDuration"])
def test_the_two_spellings_of_a_parameter_are_understood(connected, name):
    assert connected.put("/api/v1/camera/0/subexposureduration", {name: 1.0, **IDS}).error == 0x400
