"""The keys of `sites:`, each a whole observatory, and of the templates that say what is in one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ocs_sim.site._faults import Faults, Place
from ocs_sim.site._kinds import INVALID, Invalid, Number, Text, Timezone
from ocs_sim.site._sections import Key, MapOf, Section
from ocs_sim.site._tree import Entry, Mapping, Scalar, Sequence, Tree, is_null, kind_of


def _mend_code(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", code).strip("-")[:64]


CODE = Text(
    r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}", "cannot be a code: use letters, digits, '_' and '-'.", _mend_code
)
LATITUDE = Number(-90, 90, "a latitude in degrees from -90 to 90, north positive")
LONGITUDE = Number(-180, 180, "a longitude in degrees from -180 to 180, east positive")
ELEVATION = Number(-1000, 20000, "an elevation in metres from -1000 to 20000")
PORT = Number(1, 65535, "a port from 1 to 65535", whole=True)
_GROUP = Text(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,254}", "cannot name a group: use letters, digits, '_' and '-'.")
_PROCESSES = Text("together|separate", "is neither together nor separate.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a site wants of one agent of its template: `arguments` over the template's; or not to have it."""

    place: Place
    arguments: Tree | None = None
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class Wishes:
    """Agents of a template by their names in it: in a list, or in a mapping with arguments."""

    or_list: bool

    def read(self, tree: Tree, where: str, faults: Faults) -> dict[str, Wish] | Invalid:
        """Return what is wanted of each."""
        if isinstance(tree, Mapping):
            read = {name: _wish(name, entry, where, faults) for name, entry in tree.entries.items()}
            return {name: wish for name, wish in read.items() if wish is not None}
        if self.or_list and isinstance(tree, Sequence):
            names = ((item, _NAME.read(item, where, faults)) for item in tree.items)
            return {name: Wish(item.place) for item, name in names if not isinstance(name, Invalid)}
        if not (isinstance(tree, Scalar) and tree.broken):
            either = "a list of names, or a mapping" if self.or_list else "a mapping"
            faults.error(tree.place, f"{where} must be {either} of names to arguments, not {kind_of(tree)}.")
        return INVALID

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of either form."""
        inner = {"anyOf": [{"$ref": "#/$defs/arguments"}, {"type": ["null", "boolean"]}]}
        mapping = {"type": "object", "additionalProperties": inner}
        return (
            {"anyOf": [{"type": "array", "items": {"type": "string"}}, mapping]} if self.or_list else mapping
        )


_NAME = Text(".+", "is empty: name an agent of the template.")


def _wish(name: str, entry: Entry, where: str, faults: Faults) -> Wish | None:
    tree = entry.value
    if is_null(tree):
        return Wish(entry.place)
    if isinstance(tree, Scalar) and isinstance(tree.value, bool):
        return Wish(entry.place, is_wanted=tree.value)
    if isinstance(tree, Scalar):
        if not tree.broken:
            faults.error(
                tree.place,
                f"{where}: {name!r} takes a mapping of its options, yes or no, not {kind_of(tree)}.",
            )
        return None
    return Wish(entry.place, tree)


SITE = Section(
    "site of several",
    (
        Key("code", CODE, "The site's code, if it is not the key.", example="gmt"),
        Key("name", Text(), "The full name. Without it: the code.", example="The northern dome"),
        Key("alias", Text(), "A short name for people. Without it: the code.", example="North"),
        Key("country", Text(), "The country.", example="Chile"),
        Key(
            "tz",
            Timezone(),
            "The zone of the local clock.",
            default="UTC",
            example="America/Santiago",
            aliases=("timezone",),
        ),
        Key(
            "lat",
            LATITUDE,
            "Degrees, north positive.",
            required=True,
            example=-30.1725,
            aliases=("latitude",),
        ),
        Key(
            "lng",
            LONGITUDE,
            "Degrees, east positive.",
            required=True,
            example=-70.7987,
            aliases=("longitude",),
        ),
        Key("elevation", ELEVATION, "Metres above sea level.", default=0, example=2200),
        Key(
            "template",
            Text(".+", "is empty: name a template, or remove the key."),
            "What agents it has: `simulated` (a whole observatory), `small` (five agents), or a YAML file.",
            default="simulated",
            example="small",
        ),
        Key(
            "devices",
            Wishes(or_list=True),
            "Which of the template's devices there are, as a list, or as a mapping with options over the "
            "template's. Without it: all.",
            example=["mount", "camera"],
        ),
        Key(
            "agents",
            Wishes(or_list=False),
            "Options over the template's for any of its agents; `no` leaves one out.",
            example={"weather": False, "aggregator": {"keep-days": 30}},
        ),
        Key(
            "host",
            Text(".+", "is empty: name a host, or remove the key."),
            "The host that its agents run on. Without it: the one with the router, or the first.",
            example="localhost",
        ),
        Key(
            "processes",
            _PROCESSES,
            "`together`: the agents of the site share a process. `separate`: each has its own.",
            default="together",
            example="separate",
        ),
        Key(
            "process-group",
            _GROUP,
            "Sites with the same group share one process, which saves memory. Without it: one for each site.",
            example="north",
        ),
        Key(
            "alpaca-host",
            Text(".+", "is empty: give an address, or remove the key."),
            "Where the devices are, if not simulated here.",
            default="127.0.0.1",
            example="10.0.0.5",
        ),
        Key(
            "alpaca-port",
            PORT,
            "The port of the devices. Without it: `alpaca-ports` for the first site of the file, the next "
            "one for the second.",
            example=11111,
        ),
        Key(
            "metrics-port",
            Number(0, 65535, "a port from 0 to 65535", whole=True),
            "The port of the archive's counters, for Prometheus; 0 for none.",
            default=0,
            example=8021,
        ),
        Key(
            "seed",
            Number(0, 2**31 - 1, "a whole number from 0 to 2147483647", whole=True),
            "What the simulated world is made from. Without it: made of the code, so that sites differ.",
            example=7,
        ),
        Key(
            "variables",
            MapOf(
                Text(numbers=True),
                "variable",
                Text(
                    r"[A-Za-z_][A-Za-z0-9_]*", "cannot name one: use letters, digits and '_', no digit first."
                ),
            ),
            "More `${NAME}` for a template of your own.",
            example={"filters": "UBVRI"},
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Whole:
    """A part of a template that is kept as it is written: agents by their names in it."""

    def read(self, tree: Tree, where: str, faults: Faults) -> dict[str, Mapping] | Invalid:
        """Return each agent's mapping."""
        if not isinstance(tree, Mapping):
            faults.error(tree.place, f"{where} must map names to agents, not be {kind_of(tree)}.")
            return INVALID
        read = {}
        for name, entry in tree.entries.items():
            if isinstance(entry.value, Mapping):
                read[name] = entry.value
            else:
                message = (
                    f"agent {name!r} must be a mapping of `key: value` lines, not {kind_of(entry.value)}."
                )
                faults.error(entry.place, message)
        return read

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a mapping."""
        return {"type": "object"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A mapping that is read later, where it is used."""

    def read(self, tree: Tree, where: str, faults: Faults) -> Mapping | Invalid:
        """Return the mapping."""
        if isinstance(tree, Mapping):
            return tree
        faults.error(tree.place, f"{where} must be a mapping of `key: value` lines, not {kind_of(tree)}.")
        return INVALID

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a mapping."""
        return {"type": "object"}


TEMPLATE = Section(
    "template",
    (
        Key("devices", Whole(), "The agents of devices, by their names; a site's `devices` chooses of them."),
        Key("agents", Whole(), "The agents that every site of the template has."),
        Key("env", Kept(), "Environment variables of all of them."),
    ),
)
