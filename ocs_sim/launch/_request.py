"""What the launcher asks a HostMaster."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from ocs_sim.bus import BusError, HttpCaller
from ocs_sim.launch._ask import ask
from ocs_sim.launch._errors import HostMasterRefused
from ocs_sim.launch._layout import Layout
from ocs_sim.wire import ResponseCode, ops_address

_POLL_SECONDS = 0.05
_TIMEOUT_SECONDS = 5.0
_PROCESSES = ("master", "manager")


def request_children(layout: Layout, names: Iterable[str], state: str, seconds: float) -> None:
    """Ask the HostMaster to bring agents up or down; raises HostMasterRefused after `seconds`."""
    requests = [[name, state] for name in names]
    address = ops_address(layout.address(layout.host_master.instance_id))
    deadline = time.monotonic() + seconds
    caller = HttpCaller(layout.host.hub.wamp_http, timeout_seconds=_TIMEOUT_SECONDS)
    try:
        while (message := _request(caller, address, requests)) is not None:
            if time.monotonic() >= deadline:
                raise HostMasterRefused(message=message)
            time.sleep(_POLL_SECONDS)
    finally:
        caller.close()


def _request(caller: HttpCaller, address: str, requests: list[list[str]]) -> str | None:
    """Ask once; return None when it agrees, else why not."""
    try:
        running = caller.call(address, "status", "master")[2].get("status") in ("starting", "running")
        if running:
            parameters = {"requests": requests, "reload_config": True}
            code, message, _ = caller.call(address, "start", "update", parameters)
        else:
            code, message, _ = caller.call(address, "start", "master", {"requests": requests})
    except BusError as error:
        return str(error)
    return None if code == ResponseCode.OK else str(message)


def ask_child_states(layout: Layout) -> dict[str, dict[str, Any]]:
    """Return what the HostMaster says of each child; empty when it does not answer."""
    return child_states(ask(layout, layout.host_master.instance_id, "get_processes"))


def child_states(processes: Any) -> dict[str, dict[str, Any]]:
    """Return what a HostMaster's `get_processes` says of each child."""
    for name, session, _ in processes or ():
        if name in _PROCESSES:
            states = (session.get("data") or {}).get("child_states") or ()
            return {child["instance_id"]: child for child in states}
    return {}
