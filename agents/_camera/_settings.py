"""Setting the instrument's filter and focus, which belong together."""

from __future__ import annotations

from ocs_sim.agent import OperationFailed, Run

from .._device import DeviceLink
from ._errors import NotThere
from ._focuser import FocusMover, read_focuser
from ._instrument import read_filters
from ._movements import turn_wheel
from ._options import CameraOptions
from ._rig import Rig, ask


class Settings:
    """Sets filter and focus of one rig; for the thread that holds the camera."""

    def __init__(self, rig: Rig, options: CameraOptions) -> None:
        self._rig = rig
        self._options = options
        self._mover: tuple[int, FocusMover] | None = None

    def find_slot(self, wanted: str | int) -> int:
        """Return the slot of a filter given by name or slot; raises OperationFailed."""
        try:
            return read_filters(self._rig).find(wanted)
        except ValueError as fault:
            raise OperationFailed(f"{str(fault)[:1].upper()}{str(fault)[1:]}.") from fault

    def set_filter(self, run: Run, slot: int) -> str:
        """Turn the wheel and move the focuser by what the filters differ; return the filter's name."""
        wheel = self._rig.need("filterwheel")
        before = int(wheel.read(lambda device: device.Position))
        if turn_wheel(run, wheel, slot, self._options.move_timeout):
            self._follow_offset(run, wheel, before, slot)
        return str(wheel.read(lambda device: device.Names)[slot])

    def focus(self) -> FocusMover:
        """Return what moves the focuser; raises NotThere."""
        link = self._rig.focuser
        if link is None:
            raise NotThere(device="focuser")
        # After another connect it may be another focuser, or one that somebody has moved.
        if self._mover is None or self._mover[0] != link.connection:
            facts = read_focuser(link)
            mover = FocusMover(link, facts, self._options.backlash, self._options.move_timeout)
            self._mover = (link.connection, mover)
        return self._mover[1]

    def _follow_offset(self, run: Run, wheel: DeviceLink, before: int, after: int) -> None:
        if self._rig.focuser is None or not self._options.focus_offsets or before < 0:
            return
        offsets = ask(wheel, lambda device: list(device.FocusOffsets)) or []
        steps = int(offsets[after] - offsets[before]) if max(before, after) < len(offsets) else 0
        if steps:
            run.progress(stage=f"focus by {steps:+d} for the filter")
            self.focus().move_by(run, steps)
