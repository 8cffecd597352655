"""What a child is, and what it is meant to be; the values are the words on the OCS wire."""

from __future__ import annotations

from enum import Enum


class ChildState(Enum):
    """What HostMaster does about a child at the moment (OCS calls it `next_action`)."""

    DOWN = "down"
    START = "start"
    START_AT = "start_at"
    WAIT_START = "wait_start"
    UP = "up"
    WAIT_DEAD = "wait_dead"
    INOPERABLE = "?"


class Target(Enum):
    """What a child is meant to be."""

    UP = "up"
    DOWN = "down"
