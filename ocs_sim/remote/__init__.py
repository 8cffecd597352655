"""Sites from afar: commands sent to them, and what they last told."""

from ocs_sim.remote._resources import (
    COMMAND_GROUP,
    Resources,
    all_resources,
    command_queue,
    dead_letter_queue,
    state_table,
)
from ocs_sim.remote._state import LastImage, SiteState, Told, encode_state, read_state

__all__ = [
    "COMMAND_GROUP",
    "LastImage",
    "Resources",
    "SiteState",
    "Told",
    "all_resources",
    "command_queue",
    "dead_letter_queue",
    "encode_state",
    "read_state",
    "state_table",
]
