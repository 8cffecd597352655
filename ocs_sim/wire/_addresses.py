"""Where things are on the bus."""

from __future__ import annotations

import re

from ocs_sim.wire._errors import BadName

_INSTANCE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*\Z")
_FIELD = re.compile(r"_*[A-Za-z][A-Za-z0-9_]*\Z")
_LONGEST_NAME = 255


def agent_address(root: str, instance_id: str) -> str:
    """Return the address of an agent, which is also its management procedure."""
    return f"{root}.{instance_id}"


def ops_address(address: str) -> str:
    """Return the procedure that starts, stops and reports an agent's operations."""
    return f"{address}.ops"


def feed_address(address: str, feed: str) -> str:
    """Return the topic of a feed."""
    return f"{address}.feeds.{feed}"


def every_feed(root: str) -> str:
    """Return the wildcard topic that matches every feed of every agent."""
    return f"{root}..feeds."


def every_heartbeat(root: str) -> str:
    """Return the wildcard topic that matches every agent's heartbeat."""
    return f"{root}..feeds.heartbeat"


def split_feed_address(topic: str) -> tuple[str, str]:
    """Return the agent's address and the feed's name of a feed's topic."""
    address, _, feed = topic.partition(".feeds.")
    return address, feed


def check_name(name: str, what: str) -> str:
    """Return `name`, or raise BadName: a dot in it would hide it from wildcard subscribers."""
    if not _INSTANCE_ID.match(name) or len(name) > _LONGEST_NAME:
        raise BadName(
            what=what, name=name, rule="letters, digits, '_' and '-', no dot, at most 255 characters"
        )
    return name


def check_field_name(name: str) -> str:
    """Return `name`, or raise BadName where OCS's recorders would refuse the field."""
    if not isinstance(name, str) or not _FIELD.match(name) or len(name) > _LONGEST_NAME:
        rule = "letters, digits and '_', a letter first (after any '_'), at most 255 characters"
        raise BadName(what="field", name=name, rule=rule)
    return name
