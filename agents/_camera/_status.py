"""How the instrument stands, published at every look and whenever something was done with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ocs_sim.agent import Publisher, Run

from .._device import Watch
from ._instrument import InstrumentState, answers, as_samples, questions_for, read_state
from ._rig import Rig

_BLOCK = "camera"


class Status:
    """Publishes on feed `camera`."""

    def __init__(self, rig: Rig, publisher: Publisher) -> None:
        self._rig = rig
        self._publisher = publisher
        self._kinds = {name: each.type for name, each in (publisher.feed.blocks or {})[_BLOCK].items()}
        # Two threads' samples must not be published in another order than they were read.
        self._lock = threading.Lock()

    def look(self, run: Run, watch: Watch) -> None:
        """Ask all devices that can be reached, and publish; nothing if none can."""

        def ask() -> InstrumentState | None:
            known: dict[str, Any] = {}
            for link, questions in questions_for(self._rig):
                known.update(watch.attempt(link, partial(answers, link, questions)) or {})
            return InstrumentState(**known) if known else None

        samples = self._publish(ask)
        if samples is not None:
            run.data = samples

    @contextmanager
    def told(self) -> Iterator[None]:
        """Publish how the devices stand when the block ends, whatever has happened in it."""
        try:
            yield
        finally:
            self._publish(lambda: read_state(self._rig))
            self._publisher.flush()

    def _publish(self, ask: Callable[[], InstrumentState | None]) -> dict[str, Any] | None:
        with self._lock:
            state = ask()
            if state is None:
                return None
            samples = as_samples(state, self._kinds)
            self._publisher.publish_block(_BLOCK, samples)
        return samples
