"""What each command means as a job, in Photon Ranch's names of actions and parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ocs_sim.jobs._fields import BadField, number, number_or_word, whole, word

Fields: TypeAlias = Mapping[str, Any]
_LONGEST_SECONDS = 86_400.0
_MOST_IMAGES = 10_000
_MOST_FILTERS = 1000


@dataclass(frozen=True, slots=True)
class Action:
    """What a job does: the device's type and usual instance, the action, and its parameters."""

    device: str
    instance: str
    action: str
    required: dict[str, Any] = field(default_factory=dict)
    optional: dict[str, Any] = field(default_factory=dict)


def _goto(fields: Fields) -> Action:
    position = {"ra": number(fields, "ra", 0, 24), "dec": number(fields, "dec", -90, 90)}
    # The older clients know no systems of coordinates.
    frame = {"frame": word(fields, "rdsys")} if fields.get("rdsys") is not None else {}
    name = f"test {fields['test id']}" if "test id" in fields else ""
    return Action("mount", "mount_1", "go", {**position, **frame}, {"object": name})


def _goto_azalt(fields: Fields) -> Action:
    position = {"az": number(fields, "az", 0, 360), "alt": number(fields, "alt", -90, 90)}
    return Action("mount", "mount_1", "go", position, {"object": ""})


def _tracking(fields: Fields) -> Action:
    names = {"on": "set_tracking_on", "off": "set_tracking_off"}
    wish = word(fields, "tracking").lower()
    if wish not in names:
        raise BadField(f"tracking is {wish!r}, not on or off")
    return Action("mount", "mount_1", names[wish])


def _expose(fields: Fields) -> Action:
    required = {
        "time": number(fields, "duration", 0, _LONGEST_SECONDS),
        "image_type": "light",
        "smartstack": False,
        "substack": False,
    }
    optional: dict[str, Any] = {}
    if fields.get("repeat") is not None:
        optional["count"] = whole(fields, "repeat", 1, _MOST_IMAGES)
    if fields.get("filter") is not None:
        optional["filter"] = number_or_word(fields, "filter", 0, _MOST_FILTERS)
    return Action("camera", "camera_1", "expose", required, optional)


def _just(device: str, instance: str, action: str) -> Callable[[Fields], Action]:
    return lambda _: Action(device, instance, action)


READERS: dict[str, Callable[[Fields], Action]] = {
    "goto": _goto,
    "goto_azalt": _goto_azalt,
    "park": _just("mount", "mount_1", "park"),
    "unpark": _just("mount", "mount_1", "unpark"),
    "tracking": _tracking,
    "expose": _expose,
    # Clients write the one, sites of the time read the other.
    "all_stop": _just("all", "all", "allstop"),
    "allstop": _just("all", "all", "allstop"),
}


def read_command(command: str, fields: Fields) -> Action:
    """Return what a command means. Raises BadField."""
    if command not in READERS:
        raise BadField(f"there is no command {command[:60]!r}; there are {', '.join(sorted(READERS))}")
    return READERS[command](fields)
