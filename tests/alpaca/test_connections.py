"""Each client is connected, or not, by itself."""

from __future__ import annotations

from ocs_sim.alpaca._connections import Connections
from tests.alpaca.test_protocol import refused, value


def test_who_sends_no_id_is_connected(read, write):
    assert value(read("connected")) is True
    assert value(read("tracking")) is False
    write("connected", Connected="false")
    assert value(read("connected")) is False
    assert refused(read("tracking")) == 0x407


def test_who_sends_an_id_connects_first(read, write, toy):
    assert value(read("connected", ClientID=5)) is False
    assert refused(read("tracking", ClientID=5)) == 0x407
    assert refused(write("tracking", Tracking="true", ClientID=5)) == 0x407
    assert toy.tracking is False
    write("connected", Connected="true", ClientID=5)
    assert value(read("tracking", ClientID=5)) is False
    assert value(read("connected", ClientID=6)) is False
    write("connected", Connected="true", ClientID=6)
    write("connected", Connected="false", ClientID=5)
    assert [value(read("connected", ClientID=each)) for each in (5, 6)] == [False, True]


def test_what_a_device_is_can_be_read_without_a_connection(read):
    for member in ("description", "driverinfo", "driverversion", "name", "supportedactions"):
        assert value(read(member, ClientID=9)) is not None
    assert value(read("interfaceversion", ClientID=9)) == 4
    assert value(read("connecting", ClientID=9)) is False
    assert refused(read("devicestate", ClientID=9)) == 0x407


def test_connect_is_under_way_for_a_while(read, write, toy, monkeypatch):
    now = 100.0
    monkeypatch.setattr("ocs_sim.alpaca._connections.time.monotonic", lambda: now)
    toy.connect_seconds = 2.0
    try:
        write("connect", ClientID=3)
        assert [value(read(each, ClientID=3)) for each in ("connecting", "connected")] == [True, False]
        now = 102.0
        assert [value(read(each, ClientID=3)) for each in ("connecting", "connected")] == [False, True]
        write("connect", ClientID=3)
        assert value(read("connecting", ClientID=3)) is False
        write("disconnect", ClientID=3)
        assert [value(read(each, ClientID=3)) for each in ("connecting", "connected")] == [True, True]
        now = 104.0
        assert [value(read(each, ClientID=3)) for each in ("connecting", "connected")] == [False, False]
    finally:
        del toy.connect_seconds


def test_very_many_clients_are_forgotten_but_not_those_without_an_id():
    connections = Connections()
    for client in range(1, 3000):
        connections.change(client, connect=True)
    assert len(connections.connected()) < 1100
    assert connections.is_connected(2999)
    assert connections.is_connected(0)
    assert not connections.is_connected(1)


def test_deprecated_commands_and_unknown_actions_are_refused(write):
    for name in ("commandblind", "commandbool", "commandstring"):
        assert refused(write(name, Command="x", Raw="false")) == 0x400
    assert refused(write("action", Action="dance", Parameters="")) == 0x40C


def test_the_state_has_a_moment(read):
    state = {each["Name"]: each["Value"] for each in value(read("devicestate"))}
    assert state["Tracking"] is False
    assert state["TimeStamp"].endswith("Z")
