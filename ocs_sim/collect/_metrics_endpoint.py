"""Keeps metrics served: a port that is taken now may be free later."""

from __future__ import annotations

from typing import Any

from ocs_sim.clock import Clock
from ocs_sim.collect._errors import MetricsPortTaken
from ocs_sim.collect._metrics_server import MetricsServer
from ocs_sim.collect._readings import Read

_RETRY_SECONDS = 5.0


class MetricsEndpoint:
    """Where metrics are served, or why they are not. Port 0 stands for nowhere."""

    def __init__(self, read: Read, interface: str, port: int, clock: Clock) -> None:
        self._read = read
        self._interface = interface
        self._port = port
        self._clock = clock
        self._server: MetricsServer | None = None
        self._tried: float | None = None
        self.trouble: str | None = None

    def keep_up(self) -> str | None:
        """Serve if that is wanted and possible; return what is new to say of it."""
        if not self._port or self._server is not None or not self._is_time():
            return None
        before, self.trouble = self.trouble, None
        try:
            self._server = MetricsServer(self._read, self._interface, self._port)
        except MetricsPortTaken as fault:
            self.trouble = str(fault)
            return self.trouble if self.trouble != before else None
        return f"Metrics are at {self._server.url}."

    def session_data(self) -> dict[str, Any]:
        """Return `{"url", "trouble"}`, either of them None."""
        return {"url": self._server.url if self._server else None, "trouble": self.trouble}

    def close(self) -> None:
        """Serve no longer."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _is_time(self) -> bool:
        now = self._clock.monotonic()
        if self._tried is not None and now - self._tried < _RETRY_SECONDS:
            return False
        self._tried = now
        return True
