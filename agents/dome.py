"""Dome: turns and opens a dome over Alpaca, and keeps its slit where the telescope looks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from ocs_sim.agent import Agent, AgentContext, DeviceLock, LockBusy, Run, process, task
from ocs_sim.ascom import ShutterState

from ._device import DeviceError, LatestSample, Watch, close_links, link_from, seized
from ._dome import (
    BLOCK,
    TOROS_NAMES,
    Azimuth,
    DomeDevice,
    DomeOptions,
    DomeState,
    Follower,
    NotNow,
    TorosNames,
    dome_feed,
    dome_sample,
    turn_between,
)

_POINTING_FEED = "pointing"
_TURN_SECONDS = 0.05
# What gives way to closing, parking, homing and stopping; a dome goes on following while it closes.
_MOVES = ("set_azimuth", "open", "close", "park", "home", *TOROS_NAMES)


class Dome(TorosNames, Agent[DomeOptions]):
    """Turns and opens a dome, and keeps its slit where the telescope looks."""

    Options = DomeOptions
    aliases = ("Dome",)

    dome = dome_feed()

    def __init__(self, context: AgentContext[DomeOptions]) -> None:
        super().__init__(context)
        options = self.options
        self.motion = DeviceLock("motion")
        self.link = link_from(context, "dome", options.dome)
        self.device = DomeDevice(self.link, options)
        self._mount = (
            LatestSample(options.mount, _POINTING_FEED, options.mount_stale, context.clock)
            if options.mount
            else None
        )
        self._follower = Follower(self._mount, options, _latitude(context))
        self._slaved = False
        # The run whose data are always the latest sample.
        self._monitor: Run | None = None
        if options.slaved:
            self.start_when_joined("slave")

    async def on_start(self) -> None:
        """Begin to listen to the mount."""
        if self._mount is not None:
            await self._mount.listen(self.context)

    async def on_stop(self) -> None:
        """Take leave of the dome."""
        await close_links(self.link)

    @process(startup=True)
    def monitor(self, run: Run, test_mode: bool = False) -> None:
        """monitor(test_mode=False)

        **Process** - Publish how the dome stands, each `--monitor-period`; starts by itself.

        `session['data']` is the latest sample of feed `dome`, and its `timestamp`. Degraded while the dome
        does not answer, or says that it could not finish what it was told.

        Args:
            test_mode (bool): Publish once and end.

        """
        watch, self._monitor = Watch(run), run
        for _ in run.every(self.options.monitor_period):
            seen = watch.attempt(self.link, self._publish)
            if seen is not None:
                run.degraded(seen.fault) if seen.fault else run.recovered()
            if test_mode and seen is not None:
                break

    @process()
    def slave(self, run: Run) -> str:
        """slave()

        **Process** - Keep the slit where the telescope looks, until stopped.

        Where that is follows from the mount's feed `pointing`, the side of the pier on which the tube is, and
        the geometry that the options give. Turned is only when the slit is off by more than
        `--slave-tolerance`; a parked mount is not followed. Degraded while the mount or the dome is silent.
        `session['data']` is `{"azimuth": 12.0, "required_azimuth": 11.5, "turns": 3, "timestamp": ...}`.

        """
        if self._mount is None:
            raise NotNow("There is no mount to follow: give the agent --mount, the instance id of its agent.")
        watch, run.data = Watch(run), {"turns": 0}
        self._slaved = True
        try:
            for _ in run.every(self.options.slave_period):
                watch.attempt(self.link, lambda: self._follow(run, watch))
        finally:
            self._slaved = False
        return "Follows no more."

    @task(lock="motion")
    def set_azimuth(self, run: Run, azimuth: Azimuth) -> str:
        """set_azimuth(azimuth)

        **Task** (abortable) - Turn the slit to an azimuth. Refused while the dome follows the mount.

        `session['data']` is the sample of feed `dome` at the end, as of every task of this agent that moves
        the dome.

        Args:
            azimuth (float): Degrees, 0 in the north, 90 in the east.

        """
        self.refuse_while_slaved()
        self._finish(run, lambda: self.device.turn(run, azimuth))
        return f"At azimuth {azimuth:.1f} deg."

    @task(lock="motion")
    def open(self, run: Run) -> str:
        """open()

        **Task** (abortable) - Open the shutter.

        """
        self._finish(run, lambda: self.device.move_shutter(run, ShutterState.OPEN))
        return "Open."

    @task()
    def close(self, run: Run) -> str:
        """close()

        **Task** (abortable) - Stop whatever the dome does, and close the shutter.

        """
        with self.seize(run):
            self._finish(run, lambda: self.close_now(run))
        return "Closed."

    @task()
    def park(self, run: Run) -> str:
        """park()

        **Task** (abortable) - Stop whatever the dome does, close the shutter, and turn to the park position.

        It ends following the mount. `--no-close-before-park` leaves the shutter as it is.

        """
        with self.seize(run, "slave"):
            self._finish(run, lambda: self.park_now(run))
        return "Parked."

    @task()
    def home(self, run: Run) -> str:
        """home()

        **Task** (abortable) - Stop whatever the dome does, and find its home position.

        It ends following the mount.

        """
        with self.seize(run, "slave"):
            self._finish(run, lambda: self._home(run))
        return "At home."

    @task()
    def stop(self, run: Run) -> str:
        """stop()

        **Task** - Stop the dome and its shutter, at once, and end following the mount.

        """
        with self.seize(run, "slave"):
            # Again: what was about to begin when it was asked to end may have begun.
            self.device.stop_moving()
            self.device.wait_while_moving(run)
            self._publish(run)
        return "Stopped."

    def seize(self, run: Run, *more: str) -> AbstractContextManager[None]:
        """End what runs, stop the dome at once, and hold it."""
        return seized(self, run, self.motion, *_MOVES, *more, at_once=self.device.stop_moving)

    def refuse_while_slaved(self) -> None:
        """Raise NotNow if the dome follows the mount."""
        if self._slaved:
            raise NotNow("The dome follows the mount: stop `slave` first.")

    def close_now(self, run: Run) -> None:
        """Close the shutter when nothing moves any more."""
        run.progress(stage="stopping")
        self.device.wait_while_moving(run)
        self.device.move_shutter(run, ShutterState.CLOSED)

    def park_now(self, run: Run) -> None:
        """Close the shutter if that is wanted, and park."""
        if self.options.close_before_park:
            self.close_now(run)
        self.device.wait_while_moving(run)
        self.device.park(run)

    def _home(self, run: Run) -> None:
        self.device.wait_while_moving(run)
        self.device.home(run)

    def _finish(self, run: Run, move: Callable[[], None]) -> None:
        try:
            move()
        except BaseException:
            self.publish_if_possible(run)
            raise
        self._publish(run)

    def _follow(self, run: Run, watch: Watch) -> DomeState:
        state, wanted = self.device.state(), self._follower.destination
        run.data = {**run.data, "azimuth": state.azimuth_degrees, "timestamp": self.context.clock.time()}
        if wanted.azimuth_degrees is None:
            run.degraded(f"It is not known where the telescope looks: {wanted.reason}.")
            return state
        if watch.is_well:
            run.recovered()
        run.data["required_azimuth"] = wanted.azimuth_degrees
        self._turn_if_needed(run, state, wanted.azimuth_degrees)
        return state

    def _turn_if_needed(self, run: Run, state: DomeState, azimuth_degrees: float) -> None:
        error = turn_between(state.azimuth_degrees, azimuth_degrees)
        is_off = abs(error) > self.options.slave_tolerance
        if not is_off or state.slewing or self._follower.is_mount_parked:
            return
        try:
            # Whoever opens or closes the shutter goes first: telling some domes to turn stops that.
            with self.motion.hold(run, _TURN_SECONDS):
                self.device.begin_turn(azimuth_degrees)
        except LockBusy:
            return
        run.data["turns"] += 1

    def _publish(self, run: Run | None = None) -> DomeState:
        state = self.device.state()
        now = self.context.clock.time()
        sample = dome_sample(state, self._follower.wanted, slaved=self._slaved)
        self.dome.publish_block(BLOCK, sample, now)
        self.dome.flush()
        for each in (run, self._monitor):
            if each is not None:
                each.data = {**sample, "timestamp": now}
        return state

    def publish_if_possible(self, run: Run | None = None) -> None:
        """Publish how the dome stands, unless it does not answer."""
        if self.link.is_resting:
            return
        try:
            self._publish(run)
        except DeviceError as fault:
            self.log.info("the dome's state could not be published: %s", fault)


def _latitude(context: AgentContext[DomeOptions]) -> float:
    """Return the latitude, which matters only for a tube on an arm."""
    if context.options.latitude is not None:
        return context.options.latitude
    identity = context.site.identity
    return identity.latitude_deg if identity else 0.0
