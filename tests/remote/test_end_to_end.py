"""From a command to a file that opens: through every part, with nothing in place of any of them.

One observatory for all: first nobody is there.
"""

import json
import urllib.request

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobRequest, JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.observatory import eventually, lay_out
from tests.remote.sender import command, follow

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(240)]
SITE = "mini"


@pytest.fixture(scope="module")
def commanded(tmp_path_factory):
    """An observatory that was commanded before it was started; who commanded it, and the jobs."""
    observatory = lay_out(tmp_path_factory.mktemp("site") / "night", telescope=True, remote=True)
    sender, sent = command(observatory)
    observatory.well("up")
    yield sender, sent
    observatory.well("down")
    assert observatory.processes() == []


@pytest.fixture
def observatory(commanded):
    return commanded[0].observatory


@pytest.fixture
def stores(observatory):
    with open_stores(StoreAddresses(observatory.directory / "data/stores")) as stores:
        yield stores


def post(observatory, path, body, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"http://127.0.0.1:{observatory.api_port}{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def test_commands_sent_before_the_site_was_there_end_in_a_file_that_opens(commanded):
    follow(*commanded)


def test_commands_over_http_end_in_files_that_open(commanded, observatory):
    sender, _ = commanded
    token = observatory.well("token", "--user", "ada").strip()
    asked = {
        "site": "mini",
        "device": "camera",
        "instance": "camera1",
        "action": "expose",
        "user_name": "Ada",
        "user_id": "ada",
        "required_params": {"time": "0.5", "image_type": "light"},
        "optional_params": {"count": 2, "filter": "R", "object_name": "M 42"},
    }
    job = post(observatory, "/jobs/newjob", asked, token)
    assert job["statusId"] == f"UNREAD#{job['ulid']}"
    done = sender.completed(job["ulid"])
    assert len(set(done["result"]["images"])) == 2
    told = [entry["status"] for entry in done["history"]]
    assert told[:3] == ["UNREAD", "RECEIVED", "STARTED"]
    assert told[-1] == "COMPLETE"
    with sender.opened_by_link(done["result"]["images"][-1]) as file:
        assert (file[0].header["FILTER"], file[0].header["OBJECT"]) == ("R", "M 42")
    recent = post(observatory, "/jobs/getrecentjobs", {"site": "mini"})
    assert recent[-1]["ulid"] == job["ulid"]
    assert post(observatory, "/jobs/getnewjobs", {"site": "mini"}) == []


def ended(jobs, ulid):
    eventually(lambda: jobs.get(SITE, ulid).has_ended, f"the end of {ulid}", 60)
    return jobs.get(SITE, ulid)


def test_a_bridge_that_is_killed_in_an_exposure_brings_its_job_to_the_end(observatory, stores):
    jobs = JobStore(stores.table(job_table()), SystemClock())

    def post(device, action, **params):
        request = JobRequest(SITE, device, f"{device}1", action, "Ada", "ada", ("admin",), {}, params)
        return jobs.new(request).ulid

    files = set((observatory.directory / "data/images").rglob("*.fits"))
    steps = [post("enclosure", "open"), post("mount", "go", az=120, alt=60)]
    image = post("camera", "expose", time="6", image_type="light", zoom="50%", filter="0")
    eventually(lambda: jobs.get(SITE, image).status == "EXPOSING", "the exposure", 90)
    assert [jobs.get(SITE, ulid).status for ulid in steps] == ["COMPLETE", "COMPLETE"]
    observatory.kill("jobs")
    centre = post("mount", "center_on_pixels", image_x="0.5", image_y="0.5", base_filename="mini-camera")
    after = post("mount", "park")
    job = ended(jobs, image)
    assert job.status == "COMPLETE", job.history
    assert len(job.result["images"]) == 1
    (key,) = job.result["keys"]
    eventually(lambda: stores.objects.head(key), "the image in the store")
    assert stores.objects.get(key).startswith(b"SIMPLE")
    assert "no header" in ended(jobs, centre).result["message"]
    assert ended(jobs, after).status == "COMPLETE"
    centre = post(
        "mount", "center_on_pixels", image_x="0.6", image_y="0.4", base_filename=job.result["images"][0]
    )
    assert ended(jobs, centre).status == "COMPLETE", ended(jobs, centre).result
    assert len(set((observatory.directory / "data/images").rglob("*.fits")) - files) == 1
