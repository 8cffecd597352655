"""The Site agent: the state that it tells of other agents."""

from __future__ import annotations

import pytest

from ocs_sim.testing import LocalBus, ManualClock
from ocs_sim.wire import Block, FeedInfo, encode_blocks
from tests.agents.camera_bench import camera, observatory
from tests.agents.site_bench import Place, images_of, say_file, until_stored

AGENTS = ["--mount", "mount1", "--dome", "dome1", "--weather", "weather1", "--camera", "cam1"]
POINTING = {"ra": 84.0, "dec": -5.5, "altitude": 30.0, "tracking": True, "slewing": False, "at_park": False}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def say(agent, instance_id, feed, values):
    topic = f"observatory.{instance_id}.feeds.{feed}"
    info = FeedInfo(f"observatory.{instance_id}", feed, topic, True, "1", "Any", {}, {})
    block = Block(feed, [agent.clock.time()], {name: [value] for name, value in values.items()})
    publication = encode_blocks([block], info.encode())
    agent.bus.loop.call_soon_threadsafe(agent.bus.deliver, topic, (publication,))
    agent.bus.flush()


def written(agent, place):
    """Return the state as it is a period later."""
    agent.advance(5.0)
    return place.state()


def test_it_tells_what_the_agents_say_and_how_old_that_is(place):
    clock = ManualClock()
    with place.agent(*AGENTS, "--state-period", "5", clock=clock) as site:
        say(site, "mount1", "pointing", POINTING)
        say(site, "dome1", "dome", {"azimuth": 120.0, "shutter": 0, "slewing": False})
        say(site, "weather1", "conditions", {"temperature": 8.5, "safe": True})
        say(site, "cam1", "camera", {"state": 0, "ccd_temperature": -10.0})
        state = written(site, place)
        assert (state.site, state.problems) == ("tst", ())
        assert state.mount["ra_degrees"] == 84.0
        assert state.mount["age_seconds"] == pytest.approx(5.0, abs=0.1)
        assert (state.dome["shutter"], state.weather["temperature_celsius"]) == (0, 8.5)
        assert (state.weather["is_safe"], state.camera["detector_celsius"]) == (True, -10.0)
        assert float(state.words["mnt1_ra"]) == pytest.approx(5.6)
        assert state.age_seconds(clock.time()) < 5.1
        assert site.status("state").session["data"]["mount"]["ra_degrees"] == 84.0


def test_what_is_silent_is_left_out_and_said_to_be(place):
    with place.agent(*AGENTS, clock=ManualClock()) as site:
        say(site, "mount1", "pointing", POINTING)
        site.advance(31.0)
        state = written(site, place)
        assert state.words["mnt1_ra"] == "unknown"
        assert (state.mount["is_fresh"], "ra_degrees" in state.mount) == (False, False)
        assert state.mount["age_seconds"] > 30.0
        assert "mount1 has been silent for 3" in state.problems[0]
        assert "cam1 was not heard yet" in state.problems
        say(site, "mount1", "pointing", POINTING)
        assert written(site, place).mount["is_fresh"]


def test_a_site_without_any_agent_tells_that_it_is_there(place):
    with place.agent(clock=ManualClock()) as site:
        state = written(site, place)
        assert (state.problems, dict(state.mount), state.words["mnt1_ra"]) == ((), {}, "unknown")
        assert state.is_alive(site.clock.time())


def test_nonsense_on_a_topic_is_passed_over(place):
    with place.agent(*AGENTS, clock=ManualClock()) as site:
        for feed in ("mount1.feeds.pointing", "cam1.feeds.files"):
            for nonsense in (None, [{}, {}], "x"):
                site.bus.loop.call_soon_threadsafe(site.bus.deliver, f"observatory.{feed}", (nonsense,))
        assert "mount1 was not heard yet" in written(site, place).problems


def test_it_is_degraded_while_the_state_cannot_be_written(place):
    in_the_way = place.addresses.directory
    in_the_way.write_text("no directory")
    with place.agent(found=False) as site:
        site.until(lambda: site.status("state").session["degraded"])
        assert str(in_the_way) in site.status("state").session["degraded_reason"]
        in_the_way.unlink()
        site.until(lambda: not site.status("state").session["degraded"])
        assert place.state().site == "tst"


def test_it_can_write_once(place):
    with place.agent() as site:
        site.stop("state")
        site.wait("state")
        assert site.run("state", test_mode=True).session["success"]


def test_the_state_names_the_latest_image_also_after_a_restart(place):
    path = place.take(7)
    with place.agent() as site:
        until_stored(site, 1)
        site.until(lambda: place.state().last_image_name == path.name)
    with place.agent(found=False) as site:
        site.until(lambda: site.status("state").session["data"]["image"].get("name") == path.name)
        state = place.state()
    assert (state.last_image_key, state.image["count"], state.image["backlog"]) == (f"tst/{path.name}", 1, 0)
    assert (state.words["cam1_binX"], state.words["cam1_last_exposure_time"]) == ("1", "30.0")


def test_a_new_image_is_told_before_the_period_is_over(place):
    with place.agent("--state-period", "86400", "--camera", "cam1") as site:
        site.until(lambda: place.state() is not None)
        path = place.take(3)
        say_file(site, path)
        site.until(lambda: place.state().last_image_name == path.name)


def test_an_image_of_a_camera_agent_is_in_the_store_soon(place):
    with LocalBus() as bus, observatory() as served:
        with (
            place.agent("--camera", "cam1", found=False, bus=bus) as site,
            camera(served, place.nights, "--previews", bus=bus) as cam,
        ):
            taken = cam.run("expose", seconds=0.5, filter="L", object="Grid", observer="Ada").session
            assert taken["success"], taken["messages"]
            until_stored(site, 1)
            site.until(lambda: bool(site.published("stored")))
            [told] = [each.message for each in site.published("stored")]
            assert told["base_name"] == taken["data"]["names"][0]
            assert images_of(site)["latest"]["name"] == told["name"]
        [record] = place.records()
        assert (record.base_filename, record.filter_used, record.username) == (told["base_name"], "L", "Ada")
        assert sorted(told["keys"]) == place.stored_keys()
