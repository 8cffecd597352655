"""Sites from afar: commands sent to them, and what they last told."""

from ocs_sim.remote._resources import (
    COMMAND_GROUP,
    Resources,
    all_resources,
    command_queue,
    dead_letter_queue,
    state_table,
)

__all__ = [
    "COMMAND_GROUP",
    "Resources",
    "all_resources",
    "command_queue",
    "dead_letter_queue",
    "state_table",
]
