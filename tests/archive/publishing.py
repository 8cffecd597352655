"""Publications of an agent that numbers its blocks, as they come from the bus."""

from __future__ import annotations

import msgpack

from ocs_sim.wire import pack_columns
from tests.archive.making import START

AGENT = "observatory.data1"
FEED = f"{AGENT}.feeds.thermometers"
BOOT = f"{START - 100}"


def description(feed="thermometers", agent=AGENT, boot=BOOT, **changes):
    known = {
        "agent_address": agent,
        "agg_params": {},
        "feed_name": feed,
        "address": f"{agent}.feeds.{feed}",
        "record": True,
        "session_id": boot,
        "agent_class": "FakeDataAgent",
        "boot_id": boot,
    }
    return {**known, **changes}


def body(number, samples=10, fields=("a", "b"), block="temps", values=None):
    """The block with this number: ten samples a second; sample n of field k is n + k."""
    first = number * samples
    times = [START + (first + at) / 10 for at in range(samples)]
    data = {
        name: values or [float(first + at + row) for at in range(samples)] for row, name in enumerate(fields)
    }
    return {
        "block_name": block,
        "data": data,
        "influxdb_tags": None,
        "timestamps": times,
        "seq": number,
        "sent": START + first / 10,
    }


def published(*numbers, samples=10, fields=("a", "b"), block="temps", **changes):
    """One publication for each number, as msgpack."""
    return [
        msgpack.packb([{block: body(number, samples, fields, block)}, description(**changes)])
        for number in numbers
    ]


def published_packed(*numbers, samples=10, fields=("a", "b"), block="temps", kinds=None, **changes):
    """The same in the packed encoding."""
    told = {"encoding": "packed", "agg_params": {"exclude_aggregator": True, "exclude_influx": True}}
    publications = []
    for number in numbers:
        plain = body(number, samples, fields, block)
        packed = pack_columns(plain["timestamps"], plain["data"], kinds).encode()
        plain |= {"timestamps": [], "data": {}, "packed": packed}
        publications.append(msgpack.packb([{block: plain}, description(**{**told, **changes})]))
    return publications


def heartbeat(feeds, agent=AGENT, boot=BOOT, counters=None, earlier=()):
    """A heartbeat that tells up to where each feed was sent."""
    known = description("heartbeat", agent, boot, record=False, feeds=feeds)
    if counters is not None:
        known["counters"] = counters
    if earlier:
        known["earlier"] = list(earlier)
    return msgpack.packb([{"acq": 3}, known])
