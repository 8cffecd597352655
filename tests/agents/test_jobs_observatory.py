"""The bridge in a whole observatory: real router, simulated telescope, real kill -9."""

import shutil

import pytest

from ocs_sim.clock import SystemClock
from ocs_sim.jobs import JobRequest, JobStore, job_table
from ocs_sim.stores import StoreAddresses, open_stores
from tests.observatory import eventually, lay_out

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
SITE = "mini"


@pytest.fixture
def observatory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("site")
    observatory = lay_out(directory / "o", telescope=True, remote=True)
    observatory.well("up")
    try:
        yield observatory
    finally:
        observatory.well("down")
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def stores(observatory):
    with open_stores(StoreAddresses(observatory.directory / "data/stores")) as stores:
        yield stores


def ended(jobs, ulid):
    eventually(lambda: jobs.get(SITE, ulid).has_ended, f"the end of {ulid}", 60)
    return jobs.get(SITE, ulid)


def test_a_bridge_that_is_killed_in_an_exposure_brings_its_job_to_the_end(observatory, stores):
    jobs = JobStore(stores.table(job_table()), SystemClock())

    def post(device, action, **params):
        request = JobRequest(SITE, device, f"{device}1", action, "Ada", "ada", ("admin",), {}, params)
        return jobs.new(request).ulid

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
    assert len(list((observatory.directory / "data/images").rglob("*.fits"))) == 1
