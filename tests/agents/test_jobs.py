"""Jobs become operations, and what becomes of them is told."""

import pytest

from ocs_sim.jobs import JobRequest, Status, first_ulid
from ocs_sim.testing import wait_until
from tests.agents.jobs_bench import SITE, bench_in

LONG_AGO = first_ulid(1_700_000_000_000)


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
    assert words == "Took 1 of 1. Not in the store yet: tst/image1.fits."


def test_a_job_is_complete_only_when_its_images_are_in_the_store(bench):
    with bench.bridge("--image-wait", "60"):
        ulid = bench.post("camera", "expose", {"time": "0"})
        wait_until(lambda: bench.agents["camera"].shots == 1)
        bench.stores.objects.put("tst/image1.fits", b"SIMPLE")
        status, words, _ = bench.ended(ulid)
    assert (status, words) == ("COMPLETE", "Took 1 of 1.")


def test_an_operation_that_fails_says_why_and_the_next_job_is_done(bench):
    bench.agents["mount"].fails.add("goto")
    with bench.bridge():
        first = bench.post("mount", "go", {"ra": 1, "dec": 1})
        second = bench.post("mount", "go", {"az": 90, "alt": 45})
        assert bench.ended(first)[:2] == ("FAILED", "mount: It is stuck.")
        assert bench.ended(second)[0] == "COMPLETE"


@pytest.mark.parametrize(
    ("device", "action", "params", "reason"),
    [
        (
            "mount",
            "goo",
            {},
            "There is no action mount/goo here. Did you mean mount/go or mount/zero or mount/stop?",
        ),
        ("mount", "go", {"ra": 1}, "mount/go needs ra and dec, or az and alt, or ha and dec."),
        (
            "mount",
            "go",
            {"ra": "30", "dec": "x"},
            "ra must be 0 to 24 hours: '30'; dec is no declination: 'x' (w",
        ),
        (
            "mount",
            "go",
            {"ra": "x", "dec": 1},
            "ra is no right ascension: 'x' (write hours, as 5.59, or 05:35:17.3).",
        ),
        ("mount", "go", {"ha": "x", "dec": 1}, "ha is no hour angle: 'x' (write hours"),
        ("sequencer", "run", {"script": ""}, "sequencer/run needs script: calibrateAtFieldCenter, collect"),
        (
            "obs",
            "observatory_restart",
            {"user_provided_reason": "x"},
            "a job cannot restart what carries it out",
        ),
        ("camera", "expose", {"image_type": "portrait"}, "time is missing; image_type is no image type"),
        ("camera", "expose", {"time": 1, "count": 2, "filter": [2]}, "filter is no text: [2]."),
        ("selector", "new_selection", {"port": 2}, "this site has one instrument"),
        ("sequencer", "run", {"script": "danceAllNight"}, "There is no action sequencer/run/danceAllNight"),
        ("obs", "configure_sun_safety", {"mode": "off"}, "interlocks are options in the site file"),
    ],
)
def test_a_job_that_cannot_be_done_fails_with_all_reasons(bench, device, action, params, reason):
    with bench.bridge():
        status, words, result = bench.ended(bench.post(device, action, params))
    assert status == "FAILED"
    assert reason in words
    assert result["message"] == words
    assert not any(agent.said for agent in bench.agents.values())


def test_what_a_later_step_would_refuse_is_said_before_the_first(bench):
    with bench.bridge():
        status, words, _ = bench.ended(bench.post("screen", "close_and_turn_on", {"brightness": "-5"}))
    assert (status, words) == ("FAILED", "brightness must be at least 1: -5.")
    assert bench.agents["camera"].said == []


def test_a_sequence_is_taken_step_by_step(bench):
    params = {"script": "collectBiasesAndDarks", "numOfBias": 2, "darkTime": 1, "numOfDark": "2"}
    with bench.bridge():
        status, _, result = bench.ended(bench.post("sequencer", "run", params))
    assert status == "COMPLETE"
    assert [params["image_type"] for _, params in bench.agents["camera"].said] == ["bias", "dark"]
    assert result["images"] == ["image1.fits", "image2.fits"]


@pytest.mark.parametrize(
    ("roles", "status"),
    [(("admin",), "COMPLETE"), (("owner",), "COMPLETE"), ((), "FAILED"), (("not-administrator",), "FAILED")],
)
def test_some_jobs_are_for_admins_and_owners_only(bench, roles, status):
    with bench.bridge():
        parked = bench.ended(bench.post("mount", "park", roles=roles))
        opened = bench.ended(bench.post("enclosure", "open", roles=roles))
    assert (parked[0], opened[0]) == (status, status)
    if status == "FAILED":
        assert parked[1] == "mount/park is for those with the role admin or owner."


def test_a_parked_mount_is_unparked_first(bench):
    mount = bench.agents["mount"]
    mount.where["at_park"] = True
    with bench.bridge() as bridge:
        wait_until(lambda: monitor_of(bench, bridge, "mount")["at_park"])
        bench.ended(bench.post("mount", "go", {"ha": "-1", "dec": "10"}))
    assert mount.said == [("unpark", {}), ("goto", {"ra": 90.0, "dec": 10.0, "frame": "apparent"})]


def test_a_rotator_is_turned_by_an_angle(bench):
    with bench.bridge():
        bench.ended(bench.post("rotator", "move_relative", {"position": "-20"}))
    assert bench.agents["camera"].said == [("set_rotator", {"degrees": 350.0})]


def test_steps_that_put_things_right_are_taken_after_a_failure(bench):
    camera = bench.agents["camera"]
    camera.fails.add("expose")
    with bench.bridge():
        params = {"script": "collectScreenFlats", "numFrames": "3"}
        status, words, _ = bench.ended(bench.post("sequencer", "run", params))
    assert (status, words) == ("FAILED", "camera: It is stuck.")
    assert [name for name, _ in camera.said] == [
        "close_cover",
        "calibrator_on",
        "expose",
        "calibrator_off",
        "open_cover",
    ]


def test_a_process_is_begun_and_ended(bench):
    with bench.bridge():
        assert bench.ended(bench.post("enclosure", "track_telescope"))[0] == "COMPLETE"
        assert bench.ended(bench.post("enclosure", "track_telescope"))[0] == "COMPLETE"
        assert bench.ended(bench.post("enclosure", "stop_tracking_telescope"))[0] == "COMPLETE"
    assert bench.agents["dome"].said == [("slave", {})]


def test_a_site_without_a_dome_says_so(bench):
    with bench.bridge("--dome", ""):
        words = bench.ended(bench.post("enclosure", "open"))[1]
    assert words == "this site has no dome (option --dome)."


def test_an_agent_that_is_away_is_waited_for(bench):
    bench.remove("mount")
    with bench.bridge():
        ulid = bench.post("mount", "go", {"ra": 1, "dec": 1})
        bench.until(ulid, "RECEIVED")
        bench.add("mount")
        assert bench.ended(ulid)[0] == "COMPLETE"


def test_an_agent_that_stays_away_fails_the_job(bench):
    bench.remove("mount")
    with bench.bridge("--agent-wait", "0.1"):
        status, words, _ = bench.ended(bench.post("mount", "go", {"ra": 1, "dec": 1}))
    assert status == "FAILED"
    assert words.startswith("mount does not answer")
    assert words.endswith("waited for 0.1 s.")


def test_an_operation_that_somebody_else_has_started_is_waited_for(bench):
    camera = bench.agents["camera"]
    camera.hold("expose")
    with bench.bridge() as bridge:
        start_by_hand(bench, bridge, "expose", seconds=1.0)
        waits = bench.post("camera", "expose", {"time": 2})
        bench.until(waits, "RECEIVED", "STARTED")
        camera.free("expose")
        assert bench.ended(waits)[0] == "COMPLETE"
    assert [params["seconds"] for _, params in camera.said] == [1.0, 2.0]


def test_an_operation_that_somebody_else_does_not_end_fails_the_job(bench):
    bench.agents["camera"].hold("expose")
    with bench.bridge("--busy-wait", "0.1") as bridge:
        start_by_hand(bench, bridge, "expose", seconds=1.0)
        status, words, _ = bench.ended(bench.post("camera", "expose", {"time": 2}))
        bench.agents["camera"].free("expose")
    assert status == "FAILED"
    assert words == "expose of camera is in progress, and not for a job: stop it first."


def start_by_hand(bench, bridge, operation, **params):
    """Start an operation of the camera as a person would."""
    calling = bridge.agent.context.call("camera", operation, "start", params)
    assert bench.bus.run(calling).code.name == "OK"


def test_an_agent_that_restarts_in_the_middle_fails_the_job_which_is_not_repeated(bench):
    bench.agents["camera"].hold("expose")
    with bench.bridge():
        ulid = bench.post("camera", "expose", {"time": 5})
        bench.until(ulid, "EXPOSING")
        bench.remove("camera")
        again = bench.add("camera")
        status, words, _ = bench.ended(ulid)
    assert status == "FAILED"
    assert "not repeated" in words or "Cancelled" in words or "camera" in words
    assert again.said == []


def test_a_job_that_is_cancelled_in_the_store_is_aborted(bench):
    bench.agents["camera"].hold("expose")
    with bench.bridge() as bridge:
        ulid = bench.post("camera", "expose", {"time": 5})
        bench.until(ulid, "EXPOSING")
        bench.jobs.cancel(SITE, ulid, "Ada")
        wait_until(lambda: operation_status(bench, bridge, "camera", "expose") == "done", 10.0)
    assert bench.status(ulid) == Status.CANCELED


def monitor_of(bench, bridge, agent):
    return bench.bus.run(bridge.agent.context.call(agent, "monitor", "status")).session["data"]


def operation_status(bench, bridge, agent, operation):
    return bench.bus.run(bridge.agent.context.call(agent, operation, "status")).session.get("status")


def test_what_unused_parameters_ask_for_is_said(bench):
    with bench.bridge():
        ulid = bench.post("camera", "expose", {"time": 1, "smartstack": True}, {"dither": "0"})
        assert bench.ended(ulid)[2]["unused"] == ["smartstack"]


def test_jobs_that_have_waited_too_long_expire_and_are_not_done(bench):
    old = JobRequest(SITE, "mount", "m", "park", user_roles=("admin",), ulid=LONG_AGO)
    bench.jobs.new(old)
    with bench.bridge("--oldest", "3600"):
        assert bench.ended(LONG_AGO)[0] == "EXPIRED"
        assert bench.ended(bench.post("mount", "home"))[0] == "COMPLETE"
    assert [name for name, _ in bench.agents["mount"].said] == ["home"]


def test_jobs_for_the_enclosure_may_come_under_another_code(bench):
    with bench.bridge("--wema", "hill"):
        ulid = bench.post("enclosure", "open", site="hill")
        wait_until(lambda: bench.jobs.get("hill", ulid).has_ended)
    assert bench.jobs.get("hill", ulid).status == "COMPLETE"
