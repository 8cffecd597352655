"""What must not wait behind other jobs. Source: what site software intercepts before its queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CANCEL_ALL = "cancel_all_commands"
_URGENT = frozenset({CANCEL_ALL, "stop", "cancel", "abort", "allstop", "all_stop"})


def is_urgent(action: str, required_params: Mapping[str, Any]) -> bool:
    """Tell whether an action stops something: a stop of a device, of a script, or of everything."""
    return action in _URGENT or required_params.get("script") == "stopScript"
