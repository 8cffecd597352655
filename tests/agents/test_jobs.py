"""Jobs become operations, in order, and their ends are told."""

import pytest

from tests.agents.jobs_bench import bench_in


@pytest.fixture
def bench(tmp_path):
    with bench_in(tmp_path) as bench:
        yield bench


def test_a_job_becomes_an_operation_and_is_complete(bench):
    with bench.bridge():
        ulid = bench.post("mount", "go", {"ra": "5.5", "dec": "-5.4", "frame": "ICRS"}, {"object": "M42"})
        status, words, _ = bench.ended(ulid)
    assert (status, words) == ("COMPLETE", "Pointing.")
    assert bench.agents["mount"].said == [("goto", {"ra": 82.5, "dec": -5.4, "frame": "icrs"})]
    assert [entry.status for entry in bench.job(ulid).history][:3] == ["UNREAD", "RECEIVED", "STARTED"]


def test_an_exposure_tells_its_stages_and_its_images(bench):
    camera = bench.agents["camera"]
    camera.hold("expose")
    with bench.bridge():
        ulid = bench.post("camera", "expose", {"time": "12", "image_type": "light"}, {"bin": "1"})
        assert bench.until(ulid, "EXPOSING").seconds_until_complete == 12
        camera.free("expose")
        status, words, result = bench.ended(ulid)
    assert status == "COMPLETE", words
    assert result["images"] == ["image1.fits"]
    assert result["keys"] == ["tst/image1.fits"]
    assert "Not in the store yet: tst/image1.fits." in words
