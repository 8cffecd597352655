"""Pointing a mount: everything that is looked at before, during and after a slew."""

from __future__ import annotations

from ocs_sim.agent import Run

from .._device import DeviceRefused, MoveProgress
from ._aims import Aim, GroundAim
from ._device_side import MountDevice
from ._dome_gate import DomeGate
from ._errors import NotReady, WrongPlace
from ._facts import MountFacts
from ._interlocks import Interlocks
from ._options import MountOptions
from ._state import MountState


class Pointing:
    """Sends a mount to an aim, if that is allowed, and waits until it is there."""

    def __init__(
        self, device: MountDevice, interlocks: Interlocks, gate: DomeGate, options: MountOptions
    ) -> None:
        self._device = device
        self._interlocks = interlocks
        self._gate = gate
        self._options = options
        # What the mount is at, or under way to; None when it was sent nowhere.
        self.aim: Aim | None = None

    def go(self, run: Run, aim: Aim) -> MountState:
        """Slew, and return how the mount stands then.

        Raises TargetRefused, NotReady, WrongPlace, DeviceError, and Cancelled; whatever is raised, the mount
        has been stopped, or will be once it can be reached again.
        """
        run.progress(stage="checking", target=aim.describe())
        self._check(aim)
        self._make_ready(run)
        self._gate.pass_through(run, lambda: self._check(aim))
        # Again: a target may set, and the Sun rise, while one waits.
        self._check(aim)
        facts, state = self._device.facts(), self._device.state()
        warning = self._interlocks.path_warning(aim, facts, state)
        if warning:
            run.message(warning)
        self.aim = aim
        try:
            self._slew(run, aim, facts, state)
            return self._arrived(aim, facts)
        except BaseException:
            self.aim = None
            raise

    def await_dome(self, run: Run) -> None:
        """Return when the slit of a dome that follows is where the telescope looks, or comes too late."""
        self._gate.await_slit(run)

    def _check(self, aim: Aim) -> None:
        self._interlocks.check(aim, self._device.facts(), self._device.state().unix)

    def _make_ready(self, run: Run) -> None:
        if not self._device.state().at_park:
            return
        if not self._options.auto_unpark:
            raise NotReady("The mount is parked: unpark it first, or give its agent --auto-unpark.")
        run.message("Unparking.")
        self._device.unpark()

    def _slew(self, run: Run, aim: Aim, facts: MountFacts, state: MountState) -> None:
        progress = MoveProgress(run, "slewing", aim.describe(), aim.miss_degrees(facts, state))
        device = self._device
        with device.moving():
            connection = device.link.connection
            self._prepare_tracking(run, aim, facts, state, connection)
            device.link.call(lambda mount: aim.begin(mount, facts, state.unix), f"slew to {aim.describe()}")
            device.wait_while_slewing(
                run,
                f"finish the slew to {aim.describe()}",
                connection,
                lambda elapsed: progress.tell(aim.miss_degrees(facts, device.state()), elapsed),
            )
            device.set_tracking(aim.is_tracked)
        run.progress(stage="arrived")
        progress.arrived()

    def _prepare_tracking(
        self, run: Run, aim: Aim, facts: MountFacts, state: MountState, connection: int
    ) -> None:
        device = self._device
        try:
            device.set_tracking(aim.is_tracked or not facts.can_slew_alt_az)
        except DeviceRefused as fault:
            if not (aim.is_tracked and facts.can_slew_alt_az):
                raise
            # At a limit a mount cannot track, and without tracking it takes no place in the sky to go to.
            run.message(f"{fault} Going there by altitude and azimuth first.")
            way = GroundAim(*aim.horizontal(facts, state.unix))
            device.link.call(lambda mount: way.begin(mount, facts, state.unix), f"slew to {way.describe()}")
            device.wait_while_slewing(run, f"finish the slew to {way.describe()}", connection)
            device.set_tracking(on=True)

    def _arrived(self, aim: Aim, facts: MountFacts) -> MountState:
        state = self._device.state()
        miss = 3600.0 * aim.miss_degrees(facts, state)
        if miss > self._options.arrival_tolerance:
            raise WrongPlace(
                f"The slew to {aim.describe()} ended {miss:.0f} arcsec away, by the mount's own account."
            )
        return state
