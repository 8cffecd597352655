"""From a message of a site's queue to a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from ocs_sim.jobs._command_read import Action, read_command
from ocs_sim.jobs._errors import BadJob, BadMessage
from ocs_sim.jobs._fields import BadField
from ocs_sim.jobs._request import JobRequest, checked
from ocs_sim.jobs._ulids import derived_ulid, is_ulid

# Who may write into a site's queue operates the site: there was never another check.
_OPERATOR = ("admin",)
_TEXT_KEPT = 4000


def parse_message(body: str, site: str, message_id: str, sent_unix: float) -> JobRequest:
    """Return what a message asks for: a command of either generation, or a job object with an `action`.

    The job's ULID is the message's `id` or `ulid`, or follows from `message_id` and when it was sent (unix
    seconds): the same message twice is one job. A command without `user_roles` is its operator's: `admin`.
    Raises BadMessage.
    """
    try:
        message = json.loads(body, parse_constant=_refuse_constant)
        if not isinstance(message, dict):
            raise BadField(f"it is a {type(message).__name__}, not an object")
        action = _action(message, site)
        request = JobRequest(
            site=site,
            device=action.device,
            instance=action.instance,
            action=action.action,
            user_name=_text(message, "user_name", ""),
            user_id=_text(message, "user_id", ""),
            user_roles=_roles(message),
            optional_params=action.optional,
            required_params=action.required,
            source="queue",
            ulid=_ulid(message, message_id, sent_unix),
        )
        checked(request)
    except BadJob as fault:
        raise BadMessage(site=site, fault="; ".join(fault.faults)) from None
    except RecursionError:
        raise BadMessage(site=site, fault="it is nested too deep") from None
    except ValueError as fault:
        raise BadMessage(site=site, fault=str(fault)) from None
    return request


def refused_request(body: str, site: str, message_id: str, sent_unix: float) -> JobRequest:
    """Return a request that keeps the text of a message nobody understands, for `JobStore.refuse`.

    It has the ULID that the message names, if that much can be read, so that its sender learns of it.
    """
    text = body[:_TEXT_KEPT].encode("utf-8", "backslashreplace").decode()
    return JobRequest(
        site=site,
        device="",
        instance="",
        action="",
        optional_params={"message": text},
        source="queue",
        ulid=_ulid(_readable(body), message_id, sent_unix),
    )


def _readable(body: str) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _action(message: Mapping[str, Any], site: str) -> Action:
    if "command" in message:
        action = read_command(_text(message, "command", ""), message)
        instance = _text(message, "device", action.instance)
        return action if action.device == "all" else _at(action, instance)
    if "action" not in message:
        raise BadField("it has neither a command nor an action")
    if message.get("site", site) != site:
        raise BadField(f"it is for {str(message['site'])[:60]!r}")
    device = _text(message, "device", "") or _text(message, "deviceType", "")
    instance = _text(message, "instance", "") or _text(message, "deviceInstance", "")
    name = _text(message, "action", "")
    if not (device and name):
        raise BadField("it has no device, or no action")
    required, optional = _object(message, "required_params"), _object(message, "optional_params")
    return Action(device, instance, name, required, optional)


def _at(action: Action, instance: str) -> Action:
    return Action(action.device, instance, action.action, action.required, action.optional)


def _ulid(message: Mapping[str, Any], message_id: str, sent_unix: float) -> str:
    for key in ("id", "ulid"):
        if is_ulid(message.get(key)):
            return str(message[key])
    return derived_ulid(sent_unix * 1000, message_id)


def _roles(message: Mapping[str, Any]) -> tuple[str, ...]:
    roles = message.get("user_roles")
    if isinstance(roles, str):
        roles = json.loads(roles)
    if roles is None:
        return _OPERATOR if "command" in message else ()
    if not isinstance(roles, list) or any(not isinstance(role, str) for role in roles):
        raise BadField("user_roles is not a list of texts")
    return tuple(roles)


def _text(message: Mapping[str, Any], key: str, default: str) -> str:
    value = message.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise BadField(f"{key} is {repr(value)[:60]}, not a text")
    return value


def _object(message: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = message.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadField(f"{key} is {repr(value)[:60]}, not an object")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise BadField(f"{name} is no number")
