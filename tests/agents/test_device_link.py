"""The link between an agent and its device, over real HTTP."""

from __future__ import annotations

import logging
import threading
import time

import pytest
from ocs_sim.agents._device import (
    DeviceLink,
    DeviceLost,
    DeviceMisbehaved,
    DeviceOptions,
    DeviceRefused,
    DeviceTooSlow,
    DeviceUnreachable,
    LinkState,
    Watch,
    close_links,
    link_from,
    safely,
    seized,
    wait_until,
)

from ocs_sim.agent import Agent, DeviceLock, OperationFailed, Run, SystemTimer, process, task
from ocs_sim.alpaca import DriverError, Trouble
from ocs_sim.testing import AgentHarness, free_port
from tests.agents.kettle import DROPPED, Kettle, deaf_port, served

LOG = logging.LoggerAdapter(logging.getLogger("test.link"), {})


def heat(device):
    return device.MaxSwitch


@pytest.fixture
def kettle():
    return Kettle()


@pytest.fixture
def server(kettle):
    with served(kettle) as server:
        yield server


@pytest.fixture
def links():
    made = []

    def make(port, **kwargs):
        made.append(DeviceLink("switch", "127.0.0.1", port, 0, timer=SystemTimer(), log=LOG, **kwargs))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_it_connects_by_itself_and_only_when_asked(server, links, kettle):
    link = links(server.port)
    assert (link.state, link.connection, kettle.asked) == (LinkState.NEW, 0, 0)
    assert link.read(heat) == 20
    assert (link.state, link.connection) == (LinkState.CONNECTED, 1)
    assert link.read(heat) == 20
    assert link.connection == 1


def test_nobody_there_says_host_port_device_and_why(links):
    port = free_port()
    link = links(port)
    with pytest.raises(DeviceUnreachable) as told:
        link.read(heat)
    assert str(told.value) == (
        f"The switch 0 at 127.0.0.1:{port} cannot be reached: connection refused. "
        "Is it on, and are host, port and number right?"
    )
    assert (link.state, link.is_resting) == (LinkState.LOST, True)


def test_who_does_not_answer_is_not_waited_for_longer_than_told(links):
    with deaf_port() as port:
        link = links(port, timeout_seconds=0.1)
        with pytest.raises(DeviceUnreachable, match="no answer came in time"):
            link.read(heat)


def given_up(link):
    with pytest.raises(DeviceUnreachable):
        link.read(heat)


def test_a_device_that_does_not_answer_keeps_no_other_waiting(server, links):
    with deaf_port() as port:
        deaf = links(port, timeout_seconds=60.0)
        calling = threading.Thread(target=given_up, args=(deaf,))
        calling.start()
        while deaf.state is not LinkState.CONNECTING:
            time.sleep(0.001)
        assert links(server.port, timeout_seconds=10.0).read(heat) == 20
        assert calling.is_alive()
    calling.join(10.0)
    assert not calling.is_alive()


def test_what_is_no_such_device_is_told(server, links):
    link = DeviceLink("dome", "127.0.0.1", server.port, 3, timer=SystemTimer(), log=LOG)
    with pytest.raises(DeviceMisbehaved, match=r"dome 3 at .* when asked to connect: HTTP 400"):
        link.read(lambda device: device.Azimuth)
    link.close()


def test_a_refusal_has_the_device_s_words_and_number(server, links):
    link = links(server.port)
    with pytest.raises(DeviceRefused) as told:
        link.call(lambda device: device.SetAsync(1, True), "boil")
    assert "refused to boil: Not possible now: There is one ring only (error 0x40b)." in str(told.value)
    assert (told.value.facts["number"], link.state) == (0x40B, LinkState.CONNECTED)


def test_a_refusal_that_the_driver_numbered_itself(server, links, kettle):
    link = links(server.port)
    kettle.fault = DriverError("Burnt.", 0x523)
    with pytest.raises(DeviceRefused, match=r"refused to answer: Burnt \(error 0x523\)\."):
        link.read(heat)


def test_a_reading_is_repeated_when_the_server_hangs_up_and_a_command_is_not(server, links, kettle):
    link = links(server.port)
    link.read(heat)
    kettle.next_trouble = [DROPPED]
    assert (link.read(heat), link.connection) == (20, 1)
    kettle.next_trouble = [DROPPED]
    with pytest.raises(DeviceUnreachable, match="the connection was dropped"):
        link.call(lambda device: device.SetAsync(0, True), "boil")
    assert kettle.heat == 20
    assert link.state is LinkState.LOST


def test_it_is_there_again_after_the_server_was_away(server, links):
    link = links(server.port)
    link.read(heat)
    server.stop()
    for _ in range(2):
        with pytest.raises(DeviceUnreachable):
            link.read(heat)
    server.start()
    assert (link.read(heat), link.connection) == (20, 2)


def test_a_device_that_forgot_us_is_connected_again_and_asked_again(server, links, kettle):
    link = links(server.port)
    link.read(heat)
    server.stop()
    # As after a restart: nobody is connected.
    server.devices[0].connections.__init__()
    server.start()
    link.call(lambda device: device.SetAsync(0, True), "boil")
    assert (kettle.heat, link.connection) == (21, 2)


def test_what_is_bound_to_a_connection_is_lost_with_it(server, links):
    link = links(server.port)
    link.read(heat)
    server.stop()
    with pytest.raises(DeviceLost, match="was lost while it was to cook"):
        link.read(heat, "cook", connection=1)
    server.start()
    link.read(heat)
    with pytest.raises(DeviceLost, match=r"was lost while it was to cook: connection refused\."):
        link.read(heat, "cook", connection=1)


def test_what_is_owed_is_done_first_when_the_device_is_back(server, links, kettle, caplog):
    link = links(server.port)
    link.read(heat)
    server.stop()
    with pytest.raises(DeviceUnreachable), safely(link, "stop", lambda device: device.CancelAsync(0)):
        link.call(lambda device: device.SetAsync(0, True), "boil")
    assert kettle.cancelled == 0
    server.start()
    kettle.next_trouble = []
    link.read(heat)
    link.read(heat)
    assert kettle.cancelled == 1
    assert f"the switch 0 at 127.0.0.1:{server.port} is back and was asked to stop" in caplog.text


def test_what_can_be_made_safe_now_is_and_the_error_stays(server, links, kettle):
    link = links(server.port)
    with pytest.raises(ZeroDivisionError), safely(link, "stop", lambda device: device.CancelAsync(0)):
        link.read(lambda device: device.MaxSwitch / 0)
    assert kettle.cancelled == 1


def test_many_threads_share_one_connection(server, links):
    link = links(server.port)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(link.read(heat))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (seen, link.connection) == ([20] * 8, 1)


def test_one_link_that_leaves_does_not_disconnect_another(server, links, kettle):
    one, other = links(server.port), links(server.port)
    one.read(heat)
    other.read(heat)
    assert kettle.connections.connected() == sorted([one.client_id, other.client_id])
    one.close()
    assert kettle.connections.connected() == [other.client_id]
    assert (other.read(heat), other.connection) == (20, 1)


def test_after_the_close_nothing_is_tried(server, links):
    link = links(server.port)
    link.read(heat)
    link.close()
    link.close()
    assert link.state is LinkState.CLOSED
    with pytest.raises(DeviceUnreachable, match="as it ends"):
        link.read(heat)
    assert server.devices[0].connections.connected() == []


class CookOptions(DeviceOptions):
    """What a site file may say of a cook."""


class Cook(Agent[CookOptions]):
    """Watches a kettle."""

    Options = CookOptions

    def __init__(self, context):
        super().__init__(context)
        self.link = link_from(context, "switch", 0)
        self.ring = DeviceLock("ring")
        self.released = threading.Event()
        self.seen, self.happened = [], []

    @process(startup=True)
    def monitor(self, run: Run) -> None:
        watch = Watch(run)
        for _ in run.every(self.options.monitor_period):
            seen = watch.attempt(self.link, lambda: self.link.read(heat))
            if seen is not None:
                self.seen.append(seen)
            run.data = {"well": watch.is_well, "looks": len(self.seen)}

    @task(lock="ring")
    def fry(self, run: Run) -> None:
        self.happened.append("frying")
        try:
            run.sleep(20.0)
        finally:
            self.happened.append("fried")
            self.released.wait(20.0)

    @task()
    def clear(self, run: Run, fails: bool = False) -> str:
        with seized(self, run, self.ring, "fry", at_once=lambda: self._at_once(fails)):
            self.happened.append("clear")
        return "All clear."

    def _at_once(self, fails):
        self.happened.append("at once")
        if fails:
            raise OperationFailed("No.")

    @task()
    def boil(self, run: Run, limit: float = 10.0) -> str:
        with safely(self.link, "stop boiling", lambda device: device.CancelAsync(0)):
            self.link.call(lambda device: device.SetAsync(0, True), "boil")
            wait_until(
                run,
                self.link,
                lambda device: device.MaxSwitch >= 100,
                "get hot",
                limit_seconds=limit,
                poll_seconds=0.01,
                on_look=lambda elapsed: run.progress(stage="boiling", seconds_left=limit - elapsed),
            )
        return "It boils."

    async def on_stop(self) -> None:
        await close_links(self.link)


@pytest.fixture
def cook(server):
    arguments = ["--port", str(server.port), "--monitor-period", "0.02"]
    with AgentHarness(Cook, arguments=arguments) as harness:
        harness.until(lambda: len(harness.agent.seen) > 1)
        yield harness


def said(cook, operation):
    return [text for _, text in cook.status(operation).session["messages"]]


def boil(cook, **params):
    cook.start("boil", **params)
    cook.until(lambda: cook.status("boil").session["progress"] is not None)


def test_a_task_waits_for_the_device(cook, kettle):
    boil(cook)
    kettle.heat = 100
    assert cook.wait("boil").session["success"] is True
    assert kettle.cancelled == 0


def test_an_abort_leaves_the_device_safe(cook, kettle):
    boil(cook)
    cook.abort("boil")
    assert cook.wait("boil").session["messages"][-2][1] == "Aborted."
    assert kettle.cancelled == 1


def test_a_device_that_fails_while_it_is_waited_for_ends_the_task(cook, kettle):
    boil(cook)
    kettle.fault = DriverError("Burnt.")
    ended = cook.wait("boil").session
    assert (ended["success"], kettle.cancelled) == (False, 1)
    assert "refused to get hot: Burnt (error 0x" in ended["messages"][-2][1]


def test_a_device_that_forgets_us_while_it_is_waited_for_ends_the_task(cook, kettle):
    boil(cook)
    # As after a restart, when it no longer knows what it was to do either.
    kettle.connections.__init__()
    text = cook.wait("boil").session["messages"][-2][1]
    assert "was lost while it was to get hot: it said that it is not connected, as after a restart" in text
    assert kettle.cancelled == 1


def test_a_device_that_takes_too_long_ends_the_task(cook, kettle, server):
    cook.start("boil", limit=0.05)
    text = cook.wait("boil").session["messages"][-2][1]
    assert text == f"The switch 0 at 127.0.0.1:{server.port} did not get hot within 0 s."
    assert (kettle.cancelled, DeviceTooSlow.__mro__[1].__name__) == (1, "DeviceError")


def test_a_lost_device_ends_the_task_and_is_made_safe_when_it_is_back(cook, kettle, server):
    boil(cook)
    server.stop()
    text = cook.wait("boil").session["messages"][-2][1]
    assert "was lost while it was to get hot" in text
    cook.until(lambda: cook.status("monitor").session["degraded"])
    assert kettle.cancelled == 0
    server.start()
    cook.until(lambda: not cook.status("monitor").session["degraded"])
    assert kettle.cancelled == 1


def test_a_monitor_says_once_that_the_device_is_away_and_once_that_it_is_back(cook, server):
    server.stop()
    cook.until(lambda: cook.status("monitor").session["degraded"])
    looks = len(cook.agent.seen)
    # Long enough for several more looks in vain.
    cook.until(lambda: cook.agent.link.state is LinkState.LOST)
    pace = cook.status("monitor").session["pace"]["ticks"]
    cook.until(lambda: cook.status("monitor").session["pace"]["ticks"] > pace + 20)
    server.start()
    cook.until(lambda: not cook.status("monitor").session["degraded"])
    cook.until(lambda: len(cook.agent.seen) > looks)
    about = [text for text in said(cook, "monitor") if text.startswith(("Degraded", "Recovered"))]
    assert [text[:18] for text in about] == ["Degraded: The swit", "Recovered."]


def test_a_device_that_only_fails_makes_the_monitor_degraded_too(cook, kettle):
    kettle.fault = DriverError("Burnt.")
    cook.until(lambda: cook.status("monitor").session["degraded"])
    assert "Burnt" in cook.status("monitor").session["degraded_reason"]
    kettle.fault = None
    cook.until(lambda: not cook.status("monitor").session["degraded"])


def test_a_slow_device_is_waited_for(cook, kettle):
    kettle.next_trouble = [Trouble(delay_seconds=0.05)]
    looks = len(cook.agent.seen)
    cook.until(lambda: len(cook.agent.seen) > looks + 1)
    assert not cook.status("monitor").session["degraded"]


def test_the_agent_takes_leave_of_its_device(server, kettle):
    with AgentHarness(Cook, arguments=["--port", str(server.port)]) as harness:
        harness.until(lambda: bool(kettle.connections.connected()))
    assert kettle.connections.connected() == []


def test_who_seizes_a_device_ends_others_and_what_begins_meanwhile(cook):
    cook.start("fry")
    cook.until(lambda: cook.agent.happened == ["frying"])
    cook.start("clear")
    cook.until(lambda: {"at once", "fried"} <= set(cook.agent.happened))
    assert "clear" not in cook.agent.happened
    cook.agent.released.set()
    assert cook.wait("clear").session["success"] is True
    assert cook.agent.happened[-1] == "clear"
    assert cook.wait("fry").session["cancel_reason"] == "abort"


def test_what_fails_at_once_is_told_when_the_others_have_ended(cook):
    cook.start("fry")
    cook.until(lambda: cook.agent.happened == ["frying"])
    cook.start("clear", fails=True)
    cook.until(lambda: "fried" in cook.agent.happened)
    assert cook.status("clear").session["status"] == "running"
    cook.agent.released.set()
    assert cook.wait("clear").session["messages"][-2][1] == "No."
    assert "clear" not in cook.agent.happened


def test_who_gets_the_lock_first_is_ended_too(cook):
    agent = cook.agent
    agent.released.set()
    begin = threading.Thread(target=lambda: cook.start("fry"))

    def sneak_in():
        agent.happened.append("at once")
        begin.start()
        cook.until(lambda: "frying" in agent.happened)

    agent._at_once = lambda fails: sneak_in()
    assert cook.run("clear").session["success"] is True
    begin.join()
    assert agent.happened == ["at once", "frying", "fried", "clear"]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:11111/api/v1/camera/2"),
        ("::1", "http://[::1]:11111/api/v1/camera/2"),
    ],
)
def test_a_link_says_where_its_device_is(host, url):
    assert DeviceLink("camera", host, 11111, 2, timer=SystemTimer(), log=LOG).url == url
