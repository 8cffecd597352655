"""Watching devices for as long as a monitor runs, and saying when that does not work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ocs_sim.agent import Run

from ._errors import DeviceError
from ._link import DeviceLink

T = TypeVar("T")


class Watch:
    """Keeps a monitor's run degraded while one of its devices does not answer.

    What is wrong is said, and thereby logged, once when it begins and once when it is over. A device that was
    lost is tried again after half a second and then ever more rarely, down to once in five seconds, for ever.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._faults: dict[str, str] = {}

    @property
    def is_well(self) -> bool:
        """Whether the last look at every device worked."""
        return not self._faults

    def attempt(self, link: DeviceLink, look: Callable[[], T]) -> T | None:
        """Return what `look` returns, or None when it raised DeviceError or it is too early to try again."""
        if link.is_resting:
            # Somebody else may have lost it: then this is the first that is known of it here.
            self._keep(link, f"The {link.device} does not answer.")
            return None
        try:
            seen = look()
        except DeviceError as fault:
            # The first reason stays: what comes after it is mostly its consequence, and would be logged anew.
            self._keep(link, str(fault))
            return None
        if self._faults.pop(link.device, None) is not None:
            self._tell()
        return seen

    def _keep(self, link: DeviceLink, fault: str) -> None:
        self._faults.setdefault(link.device, fault)
        self._tell()

    def _tell(self) -> None:
        if self._faults:
            self._run.degraded(" ".join(self._faults.values()))
        else:
            self._run.recovered()
