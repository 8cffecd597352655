"""Three observatories from one site file, with real processes."""

import json
import urllib.request
from pathlib import Path

import pytest

from ocs_sim.bus import HttpCaller
from ocs_sim.site import load
from ocs_sim.testing import free_port
from tests.observatory import Observatory, eventually, free_ports

pytestmark = pytest.mark.integration
THREE_SITES = Path(__file__).parents[2] / "site_config/three_sites.yaml"
CODES = ("cpo", "mdw", "sso")


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    observatory = Observatory(tmp_path_factory.mktemp("three"), free_port())
    observatory.site_file.parent.mkdir()
    text = observatory.with_ports(THREE_SITES.read_text())
    observatory.site_file.write_text(text.replace("11200", str(free_ports(3))))
    observatory.well("up")
    yield observatory
    observatory.obsbow("down")
    assert observatory.processes() == []


def call(sites, agent, action, operation, params=None):
    with HttpCaller(sites.http, timeout_seconds=30) as caller:
        code, message, session = caller.call(f"observatory.{agent}.ops", action, operation, params or {})
    assert code == 0, message
    return session


def test_each_has_its_own_world_at_its_own_place(sites):
    seeds = set()
    for code, identity in load(sites.site_file).observatories.items():
        world = eventually(lambda: call(sites, f"{code}-world", "status", "serve")["data"], f"{code}'s world")  # noqa: B023 - called at once
        address = f"{world['address']}/api/v1/telescope/0"
        for member, expected in (("latitude", identity.latitude_deg), ("longitude", identity.longitude_deg)):
            with urllib.request.urlopen(f"{address}/site{member}") as answer:
                assert json.load(answer)["Value"] == pytest.approx(expected)
        seeds.add(world["seed"])
    assert len(seeds) == len(CODES)


def test_status_shows_them_site_by_site(sites):
    status = sites.status()
    assert list(status["observatories"]) == list(CODES)
    by_site = {}
    for agent in status["agents"]:
        assert agent["state"] == "up", agent
        by_site.setdefault(agent["site_code"], set()).add(agent["pid"])
    assert {code: len(pids) for code, pids in by_site.items()} == {"": 2, "cpo": 1, "mdw": 1, "sso": 1}
    assert len(set().union(*by_site.values())) == 5
    shown = sites.well("status").splitlines()
    headings = [line.split()[0] for line in shown if line.split()[0] in CODES]
    assert headings == list(CODES)
    assert any(line.startswith("mdw") and "Mount Dawson" in line for line in shown)


def test_images_and_archives_are_apart(sites):
    for code in ("mdw", "sso"):
        call(sites, f"{code}-camera", "start", "expose", {"seconds": 0.1})
    for code in ("mdw", "sso"):
        assert call(sites, f"{code}-camera", "wait", "expose")["success"]
        (image,) = (sites.directory / "data" / code / "images").rglob("*-EX00.fits")
        assert image.name.startswith(f"{code}-cam-")
    for code in ("cpo", "mdw"):
        archive = str(sites.directory / "data" / code / "hk")
        listed = sites.well("hk", "ls", "--data-dir", archive).split()
        assert {word.partition("-")[0] for word in listed if ".feeds." in word or ".pointing." in word} == {
            code
        }


def test_one_site_goes_down_and_up_alone(sites):
    others = {name: sites.pid(name) for name in ("cpo-mount", "sso-mount")}
    sites.well("down", "mdw")
    assert {each["state"] for each in sites.status()["agents"] if each["site_code"] == "mdw"} == {"down"}
    sites.well("up", "mdw")
    assert {each["state"] for each in sites.status()["agents"]} == {"up"}
    assert {name: sites.pid(name) for name in others} == others
