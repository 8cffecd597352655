"""Messages in a site's queue of commands: what observatory_simulator's clients send, and job objects.

Source: observatory_simulator's client (both generations): a JSON object with `command`, `timestamp`, `device`
and the fields of the command. The names of actions and parameters that come of it are Photon Ranch's.
"""

from ocs_sim.jobs._command_write import command_message
from ocs_sim.jobs._message import parse_message, refused_request

__all__ = ["command_message", "parse_message", "refused_request"]
