"""Binning and which part of the sensor is read; whether they fit is looked at when an exposure starts."""

from __future__ import annotations

from ocs_sim.alpaca import get
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated.camera._part import CameraPart
from ocs_sim.world import World


class Subframe(CameraPart):
    """The members which say what the next exposure reads; start and size count binned pixels."""

    def __init__(self, world: World, name: str, number: int = 0) -> None:
        super().__init__(world, name, number)
        self._bin_x = self._bin_y = 1
        self._start_x = self._start_y = 0
        self._num_x, self._num_y = self._facts.width, self._facts.height

    @get
    def MaxBinX(self) -> int:
        """Return how many pixels of a row can become one."""
        return self._facts.max_bin

    @get
    def MaxBinY(self) -> int:
        """Return how many pixels of a column can become one."""
        return self._facts.max_bin

    @get
    def BinX(self) -> int:
        """Return how many pixels of a row become one."""
        return self._bin_x

    @BinX.put
    def _(self, BinX: int) -> None:
        _checks.within("BinX", BinX, 1, self._facts.max_bin)
        self._bin_x = BinX

    @get
    def BinY(self) -> int:
        """Return how many pixels of a column become one."""
        return self._bin_y

    @BinY.put
    def _(self, BinY: int) -> None:
        _checks.within("BinY", BinY, 1, self._facts.max_bin)
        self._bin_y = BinY

    @get
    def NumX(self) -> int:
        """Return the width of the subframe."""
        return self._num_x

    @NumX.put
    def _(self, NumX: int) -> None:
        self._num_x = NumX

    @get
    def NumY(self) -> int:
        """Return the height of the subframe."""
        return self._num_y

    @NumY.put
    def _(self, NumY: int) -> None:
        self._num_y = NumY

    @get
    def StartX(self) -> int:
        """Return the first column of the subframe."""
        return self._start_x

    @StartX.put
    def _(self, StartX: int) -> None:
        self._start_x = StartX

    @get
    def StartY(self) -> int:
        """Return the first row of the subframe."""
        return self._start_y

    @StartY.put
    def _(self, StartY: int) -> None:
        self._start_y = StartY
