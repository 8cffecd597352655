"""An alarm: what an agent must have somebody look at, told wherever somebody may look."""

from __future__ import annotations

import logging
import re
from typing import Any

from ocs_sim.agent import Publisher, Run
from ocs_sim.clock import Clock

_REPEAT_SECONDS = 10.0


class Alarm:
    """Something that is in order or not: in the session, in the log, and on a feed.

    The feed's messages are `{"name", "active", "text", "since"}`, `since` in unix seconds: one whenever it
    begins or ends, and again every ten seconds while it lasts, for those who came later.
    """

    def __init__(
        self, name: str, publisher: Publisher, clock: Clock, log: logging.LoggerAdapter[Any]
    ) -> None:
        self._name = name
        self._publisher = publisher
        self._clock = clock
        self._log = log
        self._active: bool | None = None
        self._since = 0.0
        self._told_at = 0.0
        self._words = ""

    def tell(self, run: Run, trouble: str | None) -> None:
        """Take what is wrong, None when nothing is."""
        is_active, was_active = trouble is not None, self._active
        self._show(run, trouble)
        if is_active != was_active:
            self._since = self._clock.time()
            self._announce(run, trouble, was_active)
        elif not is_active or self._clock.monotonic() - self._told_at < _REPEAT_SECONDS:
            return
        self._active, self._told_at = is_active, self._clock.monotonic()
        self._publisher.publish(
            {"name": self._name, "active": is_active, "text": trouble or "", "since": self._since}
        )

    def _show(self, run: Run, trouble: str | None) -> None:
        # Figures that grow are no news: each would be one more message in the session.
        words = re.sub(r"\d+(\.\d+)?", "", trouble or "")
        if trouble is None:
            run.recovered()
        elif words != self._words:
            run.degraded(trouble)
        self._words = words

    def _announce(self, run: Run, trouble: str | None, was_active: bool | None) -> None:
        if trouble is not None:
            self._log.error("alarm: %s: %s", self._name, trouble)
            run.message(f"ALARM: {trouble}")
        elif was_active:
            self._log.info("alarm is over: %s", self._name)
            run.message("All is well again.")
