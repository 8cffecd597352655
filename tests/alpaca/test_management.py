"""What the server says of itself, discovery, and where it can be started."""

from __future__ import annotations

import asyncio
import json
import socket
import uuid

import pytest

from ocs_sim.alpaca import AddressTaken, AlpacaServer, DevicesClash, ServerDescription, unique_id
from tests.alpaca.test_protocol import is_bad, value
from tests.alpaca.toys import OtherToy, Toy, serving


def test_versions_description_and_devices(http):
    assert value(http.get("/management/apiversions?ClientTransactionID=4")) == [1]
    described = value(http.get("/management/v1/description"))
    assert set(described) == {"ServerName", "Manufacturer", "ManufacturerVersion", "Location"}
    first, second = value(http.get("/management/v1/configureddevices"))
    assert (first["DeviceName"], first["DeviceType"], first["DeviceNumber"]) == ("A toy", "Telescope", 0)
    assert (second["DeviceType"], second["DeviceNumber"]) == ("Switch", 2)
    assert uuid.UUID(first["UniqueID"]) != uuid.UUID(second["UniqueID"])
    assert is_bad(http.get("/management/apiversions?ClientID=-1"))
    assert http.put("/management/apiversions").status_code == 405


def test_a_device_is_known_again_and_others_are_others():
    ids = [
        unique_id(*each)
        for each in (("a", "Dome", 0), ("a", "Dome", 1), ("b", "Dome", 0), ("a", "Switch", 0))
    ]
    assert len(set(ids)) == 4
    assert ids[0] == unique_id("a", "dome", 0)


def test_two_devices_cannot_be_the_same():
    with pytest.raises(DevicesClash, match="Telescope number 0"):
        AlpacaServer([Toy(), Toy()])


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressTaken, match=f"127.0.0.1:{port}"):
            asyncio.run(AlpacaServer([Toy()], port=port).start())


def test_a_server_can_be_started_again():
    async def twice():
        server = AlpacaServer([Toy()], port=0, description=ServerDescription("Twice"))
        await server.stop()
        ports = []
        for _ in range(2):
            await server.start()
            ports.append(server.port)
            await server.stop()
        return ports

    assert all(asyncio.run(twice()))


def ask(port, answers):
    """Ask the network, after something that is no question, and return the answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        line.settimeout(10)
        line.sendto(b"nonsense", ("127.255.255.255", port))
        line.sendto(b"alpacadiscovery1" + b"\0" * 48, ("127.255.255.255", port))
        return [json.loads(line.recv(1000)) for _ in range(answers)]


def test_discovery_tells_the_port():
    with serving(OtherToy(), discovery_port=0) as server:
        assert ask(server.discovery_port, 1) == [{"AlpacaPort": server.port}]


def test_several_servers_share_the_discovery_port():
    with serving(OtherToy(), discovery_port=0) as first:
        port = first.discovery_port
        with serving(OtherToy(), discovery_port=port) as second:
            found = {each["AlpacaPort"] for each in ask(port, 2)}
            assert found == {first.port, second.port}


def test_discovery_is_off_unless_asked_for(server):
    assert server.discovery_port is None
