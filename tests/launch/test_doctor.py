"""`obsbow doctor` of an observatory that does not run yet."""

import json
import socket

import pytest

from tests.observatory import lay_out

pytestmark = pytest.mark.integration


@pytest.fixture
def observatory(tmp_path):
    return lay_out(tmp_path / "site", telescope=True, remote=True)


def port_findings(observatory):
    found = json.loads(observatory.obsbow("doctor", "--json").stdout)
    return {each["what"]: each for each in found if each["what"].startswith("port ")}


def test_the_ports_that_agents_will_serve_at_are_looked_at(observatory):
    world, api = f"port {observatory.alpaca_port}", f"port {observatory.api_port}"
    with socket.create_server(("127.0.0.1", observatory.api_port)):
        found = port_findings(observatory)
    assert found[world]["well"]
    assert found[api]["found"] == "taken"
    assert "so api waits" in found[api]["advice"]
    assert port_findings(observatory)[api]["well"]
