"""Sites from afar: commands sent to them, and what they last told."""

from ocs_sim.remote._commands import COMMANDS, Command, Wish, nearest_hint, read_command
from ocs_sim.remote._errors import BadCommand, NoSites, RemoteError, UnknownCommand, UnknownSite
from ocs_sim.remote._remote import Remote
from ocs_sim.remote._resources import (
    COMMAND_GROUP,
    Resources,
    all_resources,
    command_queue,
    dead_letter_queue,
    state_table,
)
from ocs_sim.remote._state import LastImage, SiteState, Told, encode_state, read_state
from ocs_sim.remote._state_numbers import plain as plain_document

__all__ = [
    "COMMANDS",
    "COMMAND_GROUP",
    "BadCommand",
    "Command",
    "LastImage",
    "NoSites",
    "Remote",
    "RemoteError",
    "Resources",
    "SiteState",
    "Told",
    "UnknownCommand",
    "UnknownSite",
    "Wish",
    "all_resources",
    "command_queue",
    "dead_letter_queue",
    "encode_state",
    "nearest_hint",
    "plain_document",
    "read_command",
    "read_state",
    "state_table",
]
