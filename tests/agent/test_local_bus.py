"""The bus of tests carries packed publications as the real one does."""

from __future__ import annotations

import msgpack
import pytest

from ocs_sim.bus import NotConnected
from ocs_sim.testing import LocalBus


@pytest.fixture
def bus():
    with LocalBus() as bus:
        yield bus


def joined(bus):
    link = bus.link(lambda: None)
    link.start()
    bus.flush()
    return link


def test_packed_and_plain_publications_reach_packed_and_plain_subscribers(bus):
    publisher, subscriber = joined(bus), joined(bus)
    plain, packed = [], []
    bus.run(subscriber.subscribe("a.b", plain.append))
    bus.run(subscriber.subscribe("a.", packed.append, "wildcard", packed=True))
    bus.run(subscriber.subscribe("a.", lambda heard, topic: packed.append(topic), "prefix", with_topic=True))
    argument = [{"x": 1.5}, {"record": False}]
    bus.loop.call_soon_threadsafe(publisher.publish_packed, "a.b", msgpack.packb(argument))
    bus.loop.call_soon_threadsafe(publisher.publish, "a.b", argument)
    bus.flush()
    assert plain == [argument, argument]
    assert packed == [msgpack.packb(argument), "a.b"] * 2
    assert bus.published == [("a.b", (argument,))] * 2


def test_nothing_leaves_while_the_bus_is_down(bus):
    publisher = joined(bus)
    bus.set_up(up=False)
    with pytest.raises(NotConnected):
        publisher.publish_packed("a.b", msgpack.packb([1, 2]))
