"""The table of actions: the rows that come with the package, under those of the site file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ocs_sim.errors import ObservatoryError

from ._camera_rows import CAMERA
from ._mount_rows import MOUNT
from ._numbers import is_given
from ._other_rows import ENCLOSURE, EVERYTHING, OBSERVATORY
from ._rows import Key, Row, Table
from ._sequencer_rows import SEQUENCER

ACTIONS: Table = {**MOUNT, **CAMERA, **SEQUENCER, **ENCLOSURE, **OBSERVATORY, **EVERYTHING}
_SCRIPTED = "sequencer/run"
_OWN_DEVICE = "device"
_NEAR = 3


class UnknownAction(ObservatoryError):
    """There is no action {wanted} here.{hint}"""


class NoScript(UnknownAction):
    """sequencer/run needs script: {scripts}."""


def find_row(table: Table, device: str, action: str, params: Mapping[str, Any]) -> tuple[Key, Row]:
    """Return the row of a job, and its key. Raises UnknownAction, which names near ones.

    Names are looked for as they are written, then regardless of case.
    """
    wanted = key_of(device, action, params)
    if wanted.casefold() == _SCRIPTED and wanted not in table:
        raise NoScript(scripts=", ".join(sorted(_scripts(table))))
    alike = {key.casefold(): key for key in table}
    for each in (wanted, f"*/{action}"):
        key = each if each in table else alike.get(each.casefold())
        if key is not None:
            return key, _own(table[key], device)
    raise UnknownAction(wanted=wanted, hint=_hint(table, wanted))


def key_of(device: str, action: str, params: Mapping[str, Any]) -> Key:
    """Return the key of a job's row: a sequencer's script has one of its own."""
    key = f"{device}/{action}"
    script = params.get("script")
    if key.casefold() == _SCRIPTED and is_given(script):
        return f"{_SCRIPTED}/{script}"
    return key


def _scripts(table: Table) -> list[str]:
    return [key.removeprefix(f"{_SCRIPTED}/") for key in table if key.startswith(f"{_SCRIPTED}/")]


def _own(row: Row, device: str) -> Row:
    if _OWN_DEVICE not in row.stops:
        return row
    return replace(row, stops=tuple(device if each == _OWN_DEVICE else each for each in row.stops))


def _hint(table: Table, wanted: str) -> str:
    device = wanted.partition("/")[0]
    near = difflib.get_close_matches(wanted, table, _NEAR, 0.5)
    same = [key for key in table if key.startswith(f"{device}/")]
    if near:
        return f" Did you mean {' or '.join(near)}?"
    if same:
        return f" There are {', '.join(same)}."
    return f" There are jobs for {', '.join(sorted({key.partition('/')[0] for key in table} - {'*'}))}."
