"""Commands as messages, which sites of both generations understand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_DEVICES = {"expose": "camera_1"}
_WRITTEN = {"allstop": "all_stop"}


def command_message(command: str, fields: Mapping[str, Any], ulid: str, unix: float) -> str:
    """Return the documented message of a command, with `id`, the ULID of the job that comes of it.

    `fields` are those of the command: goto ra (hours), dec (degrees), rdsys; goto_azalt az, alt; expose
    duration (seconds), filter, repeat; tracking tracking (on, off); and user_name, user_id of the sender.
    Raises ValueError for NaN and infinities.
    """
    message = {
        "command": _WRITTEN.get(command, command),
        "timestamp": int(unix),
        "device": _DEVICES.get(command, "mount_1"),
        **fields,
        "id": ulid,
    }
    return json.dumps(message, allow_nan=False)
