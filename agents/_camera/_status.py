"""How the instrument stands, published at every look and whenever something was done with it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from ocs_sim.agent import Publisher, Run

from .._device import LinkState, Watch
from ._instrument import InstrumentState, answers, as_samples, questions_for, read_state
from ._rig import Rig

_BLOCK = "camera"


class Status:
    """Publishes on feed `camera`."""

    def __init__(self, rig: Rig, publisher: Publisher) -> None:
        self._rig = rig
        self._publisher = publisher
        self._kinds = {name: each.type for name, each in (publisher.feed.blocks or {})[_BLOCK].items()}
        # Two threads' samples must not be published in another order than they were read; but nobody waits
        # for a thread that asks a device which hangs.
        self._lock = threading.Lock()
        self._turns = itertools.count()
        self._latest_turn = -1
        self._monitor: Run | None = None
        self._watch: Watch | None = None

    def look(self, run: Run, watch: Watch) -> None:
        """Ask all devices that can be reached, and publish; nothing if none can."""

        def ask() -> InstrumentState | None:
            known: dict[str, Any] = {}
            for link, questions in questions_for(self._rig):
                known.update(watch.attempt(link, partial(answers, link, questions)) or {})
            return InstrumentState(**known) if known else None

        self._monitor, self._watch = run, watch
        self._publish(ask)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Publish how the devices stand when the block ends, whatever has happened, unless one is lost."""
        try:
            yield
        finally:
            if self._all_answer():
                self._publish(lambda: read_state(self._rig))
                self._publisher.flush()

    def _all_answer(self) -> bool:
        is_well = self._watch is None or self._watch.is_well
        return is_well and all(link.state is not LinkState.LOST for link, _ in questions_for(self._rig))

    def _publish(self, ask: Callable[[], InstrumentState | None]) -> None:
        turn = next(self._turns)
        state = ask()
        if state is None:
            return
        samples = as_samples(state, self._kinds)
        with self._lock:
            if turn < self._latest_turn:
                return
            self._latest_turn = turn
            self._publisher.publish_block(_BLOCK, samples)
            if self._monitor is not None:
                self._monitor.data = samples
