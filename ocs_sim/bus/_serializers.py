"""msgpack as peers of every kind speak it."""

from __future__ import annotations

import logging
from typing import Any

import msgpack

from ocs_sim.bus._autobahn import SerializationError, serializer
from ocs_sim.bus._packed import TOLERANT, is_event

_log = logging.getLogger(__name__)


class _TolerantObjects(serializer.MsgPackObjectSerializer):  # type: ignore[misc]  # autobahn is not typed
    """One odd message must neither cost the connection nor leave a caller without an answer."""

    def serialize(self, obj: Any) -> bytes:
        """Fail as autobahn's sessions expect; what msgpack raises would leave a callee's caller waiting."""
        try:
            packed: bytes = msgpack.packb(obj, use_bin_type=True)
        except Exception as error:
            raise SerializationError(str(error)) from error
        return packed

    def unserialize(self, payload: bytes) -> list[Any]:
        """Decode whatever a router passes on."""
        return [msgpack.unpackb(payload, **TOLERANT)]


class TolerantMsgPack(serializer.MsgPackSerializer):  # type: ignore[misc]  # autobahn is not typed
    """WAMP in msgpack."""

    def __init__(self) -> None:
        serializer.Serializer.__init__(self, _TolerantObjects())

    def unserialize(self, payload: bytes, isBinary: bool | None = None) -> list[Any]:  # noqa: N803 - autobahn's
        """Drop an event that cannot be read: who published it is to blame, not the router."""
        try:
            messages: list[Any] = super().unserialize(payload, isBinary)
        except Exception as error:
            if not is_event(payload):
                raise
            _log.debug("dropped an event that cannot be read: %s", error)
            return []
        return messages
