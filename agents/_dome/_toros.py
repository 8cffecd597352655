"""The dome as TOROS's documents describe it: five functions, with their names and results."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import version
from typing import Any, Protocol

from ocs_sim.agent import AgentContext, Run, task
from ocs_sim.ascom import ShutterState

from .._device import DeviceError
from ._device_side import DomeDevice
from ._options import DomeOptions
from ._parameters import Azimuth

NAMES = ("SetAzim", "OpenDome", "CloseDome", "ParkPostion")


class _Dome(Protocol):
    context: AgentContext[DomeOptions]
    device: DomeDevice

    def seize(self, run: Run, *more: str) -> AbstractContextManager[None]: ...
    def refuse_while_slaved(self) -> None: ...
    def close_now(self, run: Run) -> None: ...
    def park_now(self, run: Run) -> None: ...
    def publish_if_possible(self, run: Run | None = None) -> None: ...


class TorosNames:
    """The operations of a dome under TOROS's names; those that move tell in their data whether it worked."""

    @task()
    def DomeStatus(self: _Dome, run: Run) -> str:  # noqa: N802 - TOROS's name
        """DomeStatus()

        **Task** - Tell how the dome stands, as TOROS's dome does.

        `session['data']` is `{"azim": 12.0, "open": True, "park": False, "connected": True, "time":
        1600448753.9, "version": "0.1.0"}`; a dome that cannot be reached is not connected, and nothing else
        is known of it: `azim`, `open` and `park` are None.

        """
        try:
            state = self.device.state()
            known: dict[str, Any] = {
                "azim": state.azimuth_degrees,
                "open": state.shutter is ShutterState.OPEN,
                "park": state.at_park,
                "connected": True,
            }
        except DeviceError as fault:
            run.message(str(fault))
            known = {"azim": None, "open": None, "park": None, "connected": False}
        run.data = {**known, "time": self.context.clock.time(), "version": version("ocs-sim")}
        return "Connected." if known["connected"] else "Not connected."

    @task(lock="motion")
    def SetAzim(self: _Dome, run: Run, azim: Azimuth) -> str:  # noqa: N802 - TOROS's name
        """SetAzim(azim)

        **Task** (abortable) - TOROS's set_azimuth; `session['data']["result"]` says whether it worked.

        Args:
            azim (float): Degrees, 0 in the north, 90 in the east.

        """
        self.refuse_while_slaved()
        _answer(self, run, lambda: self.device.turn(run, azim))
        return f"At azimuth {azim:.1f} deg."

    @task(lock="motion")
    def OpenDome(self: _Dome, run: Run) -> str:  # noqa: N802 - TOROS's name
        """OpenDome()

        **Task** (abortable) - TOROS's name of open; `session['data']["result"]` says whether it worked.

        """
        _answer(self, run, lambda: self.device.move_shutter(run, ShutterState.OPEN))
        return "Open."

    @task()
    def CloseDome(self: _Dome, run: Run) -> str:  # noqa: N802 - TOROS's name
        """CloseDome()

        **Task** (abortable) - TOROS's name of close; `session['data']["result"]` says whether it worked.

        """
        with self.seize(run):
            _answer(self, run, lambda: self.close_now(run))
        return "Closed."

    @task()
    def ParkPostion(self: _Dome, run: Run) -> str:  # noqa: N802 - TOROS's name, as its documents spell it
        """ParkPostion()

        **Task** (abortable) - TOROS's name of park; `session['data']["result"]` says whether it worked.

        """
        with self.seize(run, "slave"):
            _answer(self, run, lambda: self.park_now(run))
        return "Parked."


def _answer(dome: _Dome, run: Run, move: Callable[[], None]) -> None:
    run.data = {"result": False}
    try:
        move()
    finally:
        dome.publish_if_possible()
    run.data = {"result": True}
