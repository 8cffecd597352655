"""A bridge that was away takes up its jobs where they are: none is forgotten, and none is done twice."""

import pytest

from ocs_sim.jobs.commands import command_message
from ocs_sim.remote._resources import COMMAND_GROUP, command_queue
from ocs_sim.stores import StoreUnreachable
from ocs_sim.testing import wait_until
from tests.agents.jobs_bench import SITE, bench_in

EXPOSE = {"time": 3, "image_type": "light"}
PARAMS = {"seconds": 3, "image_type": "light"}


@pytest.fixture
def bench(tmp_path):
    with bench_in(tmp_path) as bench:
        yield bench


@pytest.fixture
def camera(bench):
    return bench.agents["camera"]


def begun_and_left(bench, camera):
    """Let the bridge begin an exposure, and be gone while it goes on."""
    camera.hold("expose")
    with bench.bridge():
        ulid = bench.post("camera", "expose", EXPOSE)
        bench.until(ulid, "EXPOSING")
    assert not bench.job(ulid).has_ended
    return ulid


def intended(bench, **changes):
    """Leave a job as a bridge leaves it that dies between what it records and what it starts."""
    with bench.bridge() as bridge:
        offer = bench.bus.run(bridge.agent.context.link.call("observatory.camera", "get_api"))
    ulid = bench.post("camera", "expose", EXPOSE)
    bench.jobs.claim(SITE, "jobs")
    record = {
        "step": 0,
        "agent": "camera",
        "operation": "expose",
        "params": PARAMS,
        "boot": offer["boot_id"],
        "before": "",
        "images": [],
    }
    bench.jobs.update(SITE, ulid, "STARTED", owner="jobs", session={**record, **changes})
    return ulid


def test_a_job_that_runs_on_is_followed_to_its_end(bench, camera):
    ulid = begun_and_left(bench, camera)
    with bench.bridge():
        camera.free("expose")
        status, _, result = bench.ended(ulid)
    assert (status, result["images"]) == ("COMPLETE", ["image1.fits"])
    assert len(camera.said) == 1


def test_the_result_of_a_job_that_ended_meanwhile_is_taken(bench, camera):
    ulid = begun_and_left(bench, camera)
    camera.free("expose")
    wait_until(lambda: camera.shots == 1)
    with bench.bridge():
        status, _, result = bench.ended(ulid)
    assert (status, result["images"]) == ("COMPLETE", ["image1.fits"])
    assert len(camera.said) == 1


def test_a_job_whose_agent_was_restarted_meanwhile_is_not_repeated(bench, camera):
    ulid = begun_and_left(bench, camera)
    bench.remove("camera")
    again = bench.add("camera")
    with bench.bridge():
        status, words, _ = bench.ended(ulid)
    assert status == "FAILED"
    assert words.startswith("camera was restarted while it was at expose")
    assert again.said == []


def test_a_job_that_was_claimed_and_not_begun_is_done(bench, camera):
    ulid = bench.post("camera", "expose", EXPOSE)
    bench.jobs.claim(SITE, "jobs")
    with bench.bridge():
        assert bench.ended(ulid)[0] == "COMPLETE"
    assert len(camera.said) == 1


def test_what_was_meant_to_begin_and_did_not_begins(bench, camera):
    ulid = intended(bench)
    with bench.bridge():
        assert bench.ended(ulid)[0] == "COMPLETE"
    assert len(camera.said) == 1


def by_hand(bench, bridge, **params):
    call = bridge.agent.context.call
    assert bench.bus.run(call("camera", "expose", "start", params)).code.name == "OK"
    wait_until(lambda: bench.bus.run(call("camera", "expose", "status")).session["status"] == "done")


def test_what_began_although_nobody_recorded_it_is_found(bench, camera):
    ulid = intended(bench)
    with bench.bridge("--site-code", "other") as elsewhere:
        by_hand(bench, elsewhere, **PARAMS)
    with bench.bridge():
        status, _, result = bench.ended(ulid)
    assert (status, result["images"]) == ("COMPLETE", ["image1.fits"])
    assert len(camera.said) == 1


def test_what_may_have_been_somebody_elses_is_not_repeated(bench, camera):
    ulid = intended(bench)
    with bench.bridge("--site-code", "other") as elsewhere:
        by_hand(bench, elsewhere, seconds=7.0)
    with bench.bridge():
        status, words, _ = bench.ended(ulid)
    assert status == "FAILED"
    assert words.startswith("somebody else has used expose of camera since")
    assert len(camera.said) == 1


def test_a_sequence_goes_on_at_the_step_where_it_was(bench, camera):
    camera.hold("expose")
    params = {"script": "collectBiasesAndDarks", "numOfBias": 1, "darkTime": 3, "numOfDark": 1}
    with bench.bridge():
        ulid = bench.post("sequencer", "run", params)
        wait_until(lambda: len(camera.said) == 1)
        camera.free("expose")
        camera.hold("expose")
        wait_until(lambda: len(camera.said) == 2)
    camera.free("expose")
    with bench.bridge():
        status, _, result = bench.ended(ulid)
    assert (status, result["images"]) == ("COMPLETE", ["image1.fits", "image2.fits"])
    assert [said["image_type"] for _, said in camera.said] == ["bias", "dark"]


def test_a_job_that_somebody_else_had_begun_without_a_word_is_not_repeated(bench, camera):
    ulid = bench.post("camera", "expose", EXPOSE)
    bench.jobs.claim(SITE, "jobs")
    bench.jobs.update(SITE, ulid, "STARTED", owner="jobs")
    with bench.bridge():
        status, words, _ = bench.ended(ulid)
    assert status == "FAILED"
    assert "not repeated" in words
    assert camera.said == []


def send(bench, body, deduplication_id):
    queue = bench.stores.queue(command_queue(SITE))
    queue.send(body, group=COMMAND_GROUP, deduplication_id=deduplication_id)


def test_messages_of_the_queue_become_jobs_once_each(bench):
    ulid = bench.ulids.new()
    body = command_message("goto", {"ra": 5.5, "dec": -5.0}, ulid, 1.7e9)
    send(bench, body, "first")
    send(bench, body, "again")
    send(bench, '{"command": "park"}', "park")
    with bench.bridge():
        wait_until(lambda: len(bench.agents["mount"].said) == 2)
        assert bench.ended(ulid)[0] == "COMPLETE"
    assert [name for name, _ in bench.agents["mount"].said] == ["goto", "park"]
    assert bench.stores.queue(command_queue(SITE)).depth().waiting == 0


def test_a_message_that_cannot_be_read_becomes_a_failed_job_and_the_next_is_done(bench):
    send(bench, "{not JSON", "bad")
    send(bench, '{"command": "park"}', "park")
    with bench.bridge():
        wait_until(lambda: len(bench.agents["mount"].said) == 1)
    jobs, _ = bench.jobs.recent(SITE, 0)
    (bad,) = [job for job in jobs if job.status == "FAILED"]
    assert bad.optional_params["message"] == "{not JSON"
    assert "message" in bad.history[-1].message


def test_a_store_that_is_away_keeps_nothing_from_going_on(bench, camera, monkeypatch):
    camera.hold("expose")
    with bench.bridge() as bridge:
        ulid = bench.post("camera", "expose", EXPOSE)
        bench.until(ulid, "EXPOSING")
        gone = StoreUnreachable(store="the table", fault="it is unplugged")

        def refuse(*_, **__):
            raise gone

        with monkeypatch.context() as away:
            for name in ("update", "get", "query"):
                away.setattr("ocs_sim.stores._embedded.SqliteTable." + name, refuse)
            wait_until(lambda: bridge.status("work").session["degraded"])
            assert "unplugged" in bridge.status("work").session["degraded_reason"]
            camera.free("expose")
            wait_until(lambda: camera.shots == 1)
        assert bench.ended(ulid)[0] == "COMPLETE"
        wait_until(lambda: not bridge.status("work").session["degraded"])
