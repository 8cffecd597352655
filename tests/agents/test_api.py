"""The HTTP services as an agent."""

from __future__ import annotations

import io
import json
import socket

import httpx
import pytest
from ocs_sim.agents.api import Api
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ocs_sim.auth import LocalIssuer, SiteKeys
from ocs_sim.jobs import JobBusy, JobStore
from ocs_sim.site import Hub, Site, SiteIdentity
from ocs_sim.stores import StoreAddresses, open_stores
from ocs_sim.testing import AgentHarness, free_port

HUB = Hub("ws://127.0.0.1:8001/ws", "http://127.0.0.1:8001/call", "test_realm", "observatory")
TST = SiteIdentity("tst", "Test", 10.0, 20.0)
WISH = {
    "site": "tst",
    "device": "mount",
    "instance": "mount1",
    "action": "go",
    "user_name": "Ada",
    "user_id": "ada",
    "optional_params": {},
    "required_params": {"ra": 5.5, "dec": -5.0},
}


def site_in(directory, **stores):
    addresses = StoreAddresses(directory / "stores", **stores)
    return Site(directory / "site.yaml", HUB, {}, identity=TST, stores=addresses)


def running(directory, *arguments, port=0, site=None):
    words = ["--port", str(port), *arguments]
    return AgentHarness(Api, arguments=words, instance_id="api", site=site or site_in(directory))


def served(api):
    return (api.status("serve").session or {}).get("data") or {}


def address(api):
    api.until(lambda: "address" in served(api))
    return served(api)["address"]


def ask(url, directory, **changes):
    token = LocalIssuer(directory / "stores").token(changes.get("user_id", "ada"))
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{url}/jobs/newjob", json={**WISH, **changes}, headers=headers, timeout=20)


def test_it_serves_by_itself_what_is_in_the_stores_of_the_site(tmp_path):
    with running(tmp_path) as api:
        url = address(api)
        data = served(api)
        assert (data["sites"], data["site_keys"]) == (["tst"], "compat-open")
        with connect(url.replace("http", "ws") + "/datastream?site=tst", proxy=None) as listener:
            job = ask(url, tmp_path).json()
            assert json.loads(listener.recv(timeout=20))["data"]["ulid"] == job["ulid"]
        (new,) = httpx.post(f"{url}/jobs/getnewjobs", json={"site": "tst"}, timeout=20).json()
        assert new["ulid"] == job["ulid"]
        assert "no site 'two'" in ask(url, tmp_path, site="two").text
        api.stop("serve")
        assert api.wait("serve").session["success"] is True
        with pytest.raises(httpx.ConnectError):
            httpx.get(url)


def test_it_ends_though_somebody_listens(tmp_path):
    with running(tmp_path) as api:
        url = address(api)
        with connect(url.replace("http", "ws") + "/datastream?site=tst", proxy=None) as listener:
            api.stop("serve")
            with pytest.raises(ConnectionClosed):
                listener.recv(timeout=20)
        assert api.wait("serve").session["success"] is True


def test_jobs_are_there_after_a_restart(tmp_path):
    with running(tmp_path) as api:
        ulid = ask(address(api), tmp_path).json()["ulid"]
    with running(tmp_path) as api:
        assert httpx.get(f"{address(api)}/jobs/tst/{ulid}").json()["status"] == "UNREAD"


def test_it_waits_for_its_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, port=port) as api:
            api.until(lambda: api.status("serve").session["degraded"])
            taken.close()
            assert address(api).endswith(f":{port}")
            assert not api.status("serve").session["degraded"]


def test_it_waits_for_its_stores(tmp_path):
    site = site_in(tmp_path, documents="nonsense://somewhere")
    with running(tmp_path, site=site) as api:
        api.until(lambda: api.status("serve").session["degraded"])
        assert "nonsense" in str(api.status("serve").session["messages"])


def test_files_are_served_where_links_lead(tmp_path):
    port = free_port()
    site = site_in(tmp_path, link_base=f"http://127.0.0.1:{port}/objects")
    with running(tmp_path, port=port, site=site) as api, open_stores(site.stores) as stores:
        stores.objects.put("tst/a.fits", io.BytesIO(b"a file"))
        link = stores.objects.link("tst/a.fits")
        assert link.startswith(address(api))
        assert httpx.get(link).content == b"a file"


@pytest.mark.parametrize(
    ("base", "told"),
    [
        ("http://127.0.0.1:{port}/objects", False),
        ("http://localhost:{port}/objects/", False),
        ("https://observatory.example.org/objects", False),
        ("http://127.0.0.1:{other}/objects", True),
        ("http://127.0.0.1:{port}/files", True),
        ("https://127.0.0.1:{port}/objects", True),
    ],
)
def test_links_that_lead_elsewhere_on_this_computer_are_told_of(tmp_path, base, told, caplog):
    port = free_port()
    link_base = base.format(port=port, other=port - 1)
    with running(tmp_path, port=port, site=site_in(tmp_path, link_base=link_base)) as api:
        address(api)
        assert served(api)["links"] == link_base
        assert (f"links to files begin with {link_base}" in caplog.text) is told


def test_its_options_say_who_may(tmp_path):
    key = SiteKeys(tmp_path / "stores").make("tst")
    with running(tmp_path, "--site-keys", "keys", "--any-site") as api:
        url = address(api)
        assert served(api)["sites"] is None
        assert ask(url, tmp_path, site="two").status_code == 200
        body = {"site": "tst"}
        assert httpx.post(f"{url}/jobs/getnewjobs", json=body).status_code == 401
        headers = {"X-Site-Key": key}
        assert httpx.post(f"{url}/jobs/getnewjobs", json=body, headers=headers).json() == []


def test_jobs_that_nobody_took_expire(tmp_path):
    with running(tmp_path) as api:
        ulid = ask(address(api), tmp_path).json()["ulid"]
    with running(tmp_path, "--oldest", "0.001") as api:
        url = address(api)
        api.until(lambda: httpx.get(f"{url}/jobs/tst/{ulid}").json()["status"] == "EXPIRED")


def test_jobs_that_cannot_expire_now_end_nothing(tmp_path, monkeypatch, caplog):
    def fail(*_):
        raise JobBusy(site="tst", ulid="one")

    monkeypatch.setattr(JobStore, "expire", fail)
    with running(tmp_path, "--oldest", "1") as api:
        url = address(api)
        api.until(lambda: "jobs that are too old stay" in caplog.text)
        assert httpx.get(f"{url}/").status_code == 200
        assert api.status("serve").session["success"] is None


def test_an_issuer_that_cannot_be_trusted_is_told_of(tmp_path):
    with running(tmp_path, "--issuer", "https://x.example/", "--jwks", "keys.json") as api:
        api.until(lambda: api.status("serve").session["degraded"])
        assert "audience" in str(api.status("serve").session["messages"])
