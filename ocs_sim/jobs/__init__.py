"""A job: what it is, how it lives, and where it is kept.

`ocs_sim.jobs.commands` reads and writes the messages that become jobs.
"""

from ocs_sim.jobs import commands
from ocs_sim.jobs._body import request_from_body
from ocs_sim.jobs._command_write import command_message
from ocs_sim.jobs._errors import (
    BadJob,
    BadMessage,
    BadUlid,
    IllegalTransition,
    JobBusy,
    JobError,
    NoSuchJob,
    NotYourJob,
)
from ocs_sim.jobs._history import HistoryEntry
from ocs_sim.jobs._job import Job, Lease
from ocs_sim.jobs._message import parse_message, refused_request
from ocs_sim.jobs._request import JobRequest
from ocs_sim.jobs._status import Status, has_ended, has_started, may_follow
from ocs_sim.jobs._store import JobStore
from ocs_sim.jobs._table import job_table
from ocs_sim.jobs._ulids import Ulids, derived_ulid, first_ulid, is_ulid, ulid_milliseconds
from ocs_sim.jobs._urgent import CANCEL_ALL, is_urgent

__all__ = [
    "CANCEL_ALL",
    "BadJob",
    "BadMessage",
    "BadUlid",
    "HistoryEntry",
    "IllegalTransition",
    "Job",
    "JobBusy",
    "JobError",
    "JobRequest",
    "JobStore",
    "Lease",
    "NoSuchJob",
    "NotYourJob",
    "Status",
    "Ulids",
    "command_message",
    "commands",
    "derived_ulid",
    "first_ulid",
    "has_ended",
    "has_started",
    "is_ulid",
    "is_urgent",
    "job_table",
    "may_follow",
    "parse_message",
    "refused_request",
    "request_from_body",
    "ulid_milliseconds",
]
