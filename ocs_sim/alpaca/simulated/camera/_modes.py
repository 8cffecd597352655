"""How the camera reads: its gain, offset and readout modes."""

from __future__ import annotations

from ocs_sim.alpaca import NotImplementedByDevice, get
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.camera._part import CameraPart

_GAIN_HAS_NAMES = "the gain is chosen by its place in Gains"
_NO_OFFSET = "the offset of the camera is fixed"
_NO_FAST_READOUT = "choose one of the ReadoutModes: CanFastReadout is false"
_NO_SUBEXPOSURES = "the camera does not add up exposures"


class Modes(CameraPart):
    """The members which say how an exposure is read. The gain is one of a list, and the list has one."""

    _readout_mode = 0

    @get
    def Gain(self) -> int:
        """Return the place of the gain in Gains."""
        return 0

    @Gain.put
    def _(self, Gain: int) -> None:
        _checks.within("Gain", Gain, 0, 0)

    @get
    def Gains(self) -> list[str]:
        """Return the names of all gains."""
        return [f"{self._facts.electrons_per_adu:g} e-/ADU"]

    @get
    def GainMin(self) -> int:
        """Refuse: the gain is one of a list."""
        raise NotImplementedByDevice(_GAIN_HAS_NAMES)

    @get
    def GainMax(self) -> int:
        """Refuse: the gain is one of a list."""
        raise NotImplementedByDevice(_GAIN_HAS_NAMES)

    @get
    def Offset(self) -> int:
        """Refuse: the offset cannot be set."""
        raise NotImplementedByDevice(_NO_OFFSET)

    @Offset.put
    def _(self, Offset: int) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(_NO_OFFSET)

    @get
    def Offsets(self) -> list[str]:
        """Refuse: the offset cannot be set."""
        raise NotImplementedByDevice(_NO_OFFSET)

    @get
    def OffsetMin(self) -> int:
        """Refuse: the offset cannot be set."""
        raise NotImplementedByDevice(_NO_OFFSET)

    @get
    def OffsetMax(self) -> int:
        """Refuse: the offset cannot be set."""
        raise NotImplementedByDevice(_NO_OFFSET)

    @get
    def ReadoutModes(self) -> list[str]:
        """Return the names of all readout modes."""
        return list(self._facts.readout_modes)

    @get
    def ReadoutMode(self) -> int:
        """Return the place of the readout mode in ReadoutModes."""
        return self._readout_mode

    @ReadoutMode.put
    def _(self, ReadoutMode: int) -> None:
        _checks.within("ReadoutMode", ReadoutMode, 0, len(self._facts.readout_modes) - 1)
        self._readout_mode = ReadoutMode

    @get
    def FastReadout(self) -> bool:
        """Refuse: readout modes take its place."""
        raise NotImplementedByDevice(_NO_FAST_READOUT)

    @FastReadout.put
    def _(self, FastReadout: bool) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(_NO_FAST_READOUT)

    @get
    def SubExposureDuration(self) -> float:
        """Refuse: an exposure is one exposure."""
        raise NotImplementedByDevice(_NO_SUBEXPOSURES)

    # The interface writes SubExposureDuration, alpyca sends SubexposureDuration.
    @SubExposureDuration.put(alias={"SubExposureDuration": "SubexposureDuration"})
    def _(self, SubExposureDuration: float) -> None:  # noqa: ARG002
        raise NotImplementedByDevice(_NO_SUBEXPOSURES)
