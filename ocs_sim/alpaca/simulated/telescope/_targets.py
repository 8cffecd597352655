"""The target coordinates, which clients set before they slew to them."""

from __future__ import annotations

from ocs_sim.alpaca import ValueNotSet, get
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.telescope._part import TelescopePart
from ocs_sim.world import Parked


class Targets(TelescopePart):
    """TargetRightAscension and TargetDeclination; slews and syncs set them too."""

    _target_right_ascension_hours: float | None = None
    _target_declination_degrees: float | None = None

    @get
    def TargetRightAscension(self) -> float:
        """Return the right ascension of the target in hours."""
        return _set(self._target_right_ascension_hours, "TargetRightAscension")

    @TargetRightAscension.put
    def _(self, TargetRightAscension: float) -> None:
        self._target_right_ascension_hours = _checks.right_ascension(TargetRightAscension)

    @get
    def TargetDeclination(self) -> float:
        """Return the declination of the target in degrees."""
        return _set(self._target_declination_degrees, "TargetDeclination")

    @TargetDeclination.put
    def _(self, TargetDeclination: float) -> None:
        self._target_declination_degrees = _checks.declination(TargetDeclination)

    def _refuse_when_parked(self) -> None:
        # Who has set no target either is told this first.
        if self._mount.at_park:
            raise Parked(part="mount", action="go to its target")

    def _aim(self, right_ascension_hours: float, declination_degrees: float) -> None:
        self._target_right_ascension_hours = right_ascension_hours
        self._target_declination_degrees = declination_degrees


def _set(value: float | None, name: str) -> float:
    if value is None:
        raise ValueNotSet(f"{name} has not been set yet")
    return value
