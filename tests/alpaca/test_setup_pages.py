"""The pages that show devices, and the JSON behind them."""

from __future__ import annotations

import math
import re

import httpx
import pytest

from ocs_sim.alpaca import Fact, Form, FormField, Section
from ocs_sim.errors import ObservatoryError
from tests.alpaca.toys import Toy, serving


class TooLoud(ObservatoryError):
    """{volume} is too loud."""


class Radio:
    name = "radio"

    def __init__(self):
        self.volume = 3.0

    def sections(self):
        form = Form("set", "Set", (FormField("volume", "Volume", value=self.volume),))
        return [Section("Radio", (Fact("Volume", self.volume, "dB"),), (form,))]

    def act(self, action, values):
        if action != "set":
            raise ValueError(f"There is no {action}.")
        if values["volume"] > 11:
            raise TooLoud(volume=values["volume"])
        self.volume = values["volume"]
        return "Done."


@pytest.fixture(scope="module")
def radio():
    return Radio()


@pytest.fixture(scope="module")
def radio_http(radio):
    with (
        serving(Toy(), panels=[radio]) as server,
        httpx.Client(base_url=server.address, timeout=20) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/", "/setup", "/setup/v1/telescope/0/setup", "/setup/v1/switch/2/setup"])
def test_pages_are_whole_without_anything_from_elsewhere(http, path):
    wanted, seen = [path], set()
    while wanted:
        path = wanted.pop()
        answer = http.get(path)
        assert answer.status_code == 200, path
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        seen.add(path)
        links = re.findall(r'(?:src|href)="([^"]+)"|from "\./([^"]+)"', answer.text)
        found = {link or f"/setup/assets/{module}" for link, module in links}
        assert not any("//" in each for each in found), found
        wanted += found - seen
    assert "/setup/assets/parts.js" in seen
    assert "/setup/assets/style.css" in seen


def test_what_a_page_is_made_of_has_its_type(http):
    assert http.get("/setup/assets/parts.js").headers["content-type"] == "text/javascript; charset=utf-8"
    assert http.get("/setup/assets/style.css").headers["content-type"] == "text/css; charset=utf-8"
    head = http.head("/setup")
    assert (head.status_code, head.content) == (200, b"")
    assert http.post("/setup").status_code == 405


@pytest.mark.parametrize(
    "path", ["/setup/assets/../../_app.py", "/setup/assets/none.js", "/setup/v1/dome/0/setup"]
)
def test_there_are_no_other_pages(http, path):
    assert http.get(path).status_code == 400


def test_a_page_learns_of_the_server_and_its_devices(http, write):
    write("connected", Connected="true", ClientID=42)
    server = http.get("/setup/api/server").json()
    assert server["ServerName"] == "A simulated observatory"
    toy = server["devices"][0]
    assert (toy["type"], toy["number"], toy["name"]) == ("Telescope", 0, "A toy")
    assert (toy["state"], toy["clients"], toy["trouble"]) == ({"Tracking": False}, [42], "")


def test_a_page_learns_of_all_properties_of_a_device(http, toy, caplog):
    toy.value = math.nan
    found = http.get("/setup/api/devices/telescope/0")
    assert found.status_code == 200
    properties = {each["name"]: each for each in found.json()["properties"]}
    assert properties["Tracking"] == {"name": "Tracking", "value": False, "writable": True}
    assert properties["Value"]["value"] is None
    assert "Not implemented" in properties["Aperture"]["refusal"]
    assert "Defect" in properties
    assert not {"AxisRates", "ImageArray", "Home"} & set(properties)


def test_panels_show_and_act(radio_http, radio):
    (panel,) = radio_http.get("/setup/api/panels").json()
    assert panel["name"] == "radio"
    assert panel["sections"][0]["facts"][0]["unit"] == "dB"
    done = radio_http.post("/setup/api/panels/radio", json={"action": "set", "values": {"volume": 5}})
    assert (done.json(), radio.volume) == ({"text": "Done."}, 5)
    loud = radio_http.post("/setup/api/panels/radio", json={"action": "set", "values": {"volume": 12}})
    assert (loud.status_code, loud.text) == (400, "12 is too loud.")
    assert radio_http.post("/setup/api/panels/radio", json={"action": "burn"}).status_code == 400
    assert radio.volume == 5


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"action": 3}', '{"action": "set", "values": 3}', "[" * 50000]
)
def test_what_makes_no_sense_is_refused(radio_http, radio, body):
    before = radio.volume
    headers = {"content-type": "application/json"}
    assert radio_http.post("/setup/api/panels/radio", content=body, headers=headers).status_code == 400
    assert radio.volume == before


def test_another_sites_form_cannot_act(radio_http, radio):
    before = radio.volume
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = radio_http.post(
            "/setup/api/panels/radio",
            content='{"action": "set", "values": {"volume": 1}}',
            headers={"content-type": kind},
        )
        assert answer.status_code == 400
    assert radio_http.put("/setup/api/panels/radio", json={}).status_code == 405
    assert radio.volume == before
