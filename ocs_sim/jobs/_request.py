"""What somebody wants done, before it is a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ocs_sim.jobs._errors import BadJob
from ocs_sim.jobs._ulids import is_ulid
from ocs_sim.jobs._values import stored_within, text_fault

_LONGEST_TEXT = 1024
# A document has 400 KB, and what becomes of the job has to find room as well.
_MOST_BYTES = 32 * 1024
_MOST_ROLES = 32
_TEXTS = ("site", "device", "instance", "action", "user_name", "user_id", "source")


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job as it is asked for. The same `ulid` asked for twice is one job; without it, one is made.

    `source` says which way it came: `http`, `queue`, `store`. `sender` is who is known to have sent it, as by
    a token; `user_name` and `user_id` are what the job says, and an admin may ask in anybody's name.
    """

    site: str
    device: str
    instance: str
    action: str
    user_name: str = ""
    user_id: str = ""
    user_roles: tuple[str, ...] = ()
    optional_params: Mapping[str, Any] = field(default_factory=dict)
    required_params: Mapping[str, Any] = field(default_factory=dict)
    source: str = "http"
    ulid: str | None = None
    sender: str = ""

    @property
    def asker(self) -> str:
        """Who asks, for the history."""
        return self.sender or self.user_name or self.user_id

    @property
    def on_behalf(self) -> str:
        """For whom, when that is not who asks."""
        return f"in the name of {self.user_id}" if self.sender and self.user_id != self.sender else ""


Parameters: TypeAlias = tuple[dict[str, Any], dict[str, Any]]
"""Optional and required ones, as a table takes them."""


def checked(request: JobRequest) -> Parameters:
    """Return the optional and required parameters as a table takes them. Raises BadJob with all faults."""
    faults = [fault for name in _TEXTS for fault in _text_faults(name, getattr(request, name))]
    if request.site == "":
        faults.append("site is empty")
    if len(request.user_roles) > _MOST_ROLES:
        faults.append(f"user_roles are more than {_MOST_ROLES}")
    faults += [fault for role in request.user_roles for fault in _text_faults("a role", role)]
    if request.ulid is not None and not is_ulid(request.ulid):
        faults.append(f"ulid is {request.ulid!r}, which is no ULID")
    optional = _parameters("optional_params", request.optional_params, faults)
    required = _parameters("required_params", request.required_params, faults)
    if faults:
        raise BadJob(faults=tuple(faults))
    return optional, required


def _text_faults(name: str, value: Any) -> list[str]:
    if not isinstance(value, str):
        return [f"{name} is a {type(value).__name__}, not a text"]
    if len(value) > _LONGEST_TEXT:
        return [f"{name} has more than {_LONGEST_TEXT} characters"]
    fault = text_fault(value, name)
    return [fault] if fault else []


def _parameters(name: str, value: Any, faults: list[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        faults.append(f"{name} is a {type(value).__name__}, not an object")
        return {}
    try:
        result: dict[str, Any] = stored_within(_MOST_BYTES, value, name)
    except BadJob as fault:
        faults.extend(fault.faults)
        return {}
    return result
