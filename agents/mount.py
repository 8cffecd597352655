"""Mount: points a telescope, over Alpaca."""

from __future__ import annotations

from typing import Any

from ocs_sim.agent import Agent, AgentContext, DeviceLock, OperationFailed, Run, process, task

from ._device import LatestSample, Watch, close_links, link_from, safely, seized
from ._mount import (
    Aim,
    Altitude,
    Arcseconds,
    ArcsecondsPerSecond,
    Azimuth,
    Declination,
    DomeGate,
    DriveRate,
    Frame,
    HorizonMask,
    Interlocks,
    MountDevice,
    MountOptions,
    MountState,
    NotReady,
    Pointing,
    Report,
    RightAscension,
    ground_aim,
    moved,
    pointing_feed,
    set_drive_rate,
    sky_aim,
    stop_entirely,
    to_ascom_ra_rate,
)

_ARCSECONDS = 3600.0
_DOME_FEED = "dome"
# What gives way to parking, homing and stopping.
_MOVES = ("goto", "goto_altaz", "offset", "track", "rates", "sync", "unpark", "park", "home")


class Mount(Agent[MountOptions]):
    """Points a telescope, follows the sky, and keeps away from the horizon and the Sun."""

    Options = MountOptions
    aliases = ("Mount",)

    pointing = pointing_feed()

    def __init__(self, context: AgentContext[MountOptions]) -> None:
        super().__init__(context)
        options = self.options
        self.motion = DeviceLock("motion")
        self.link = link_from(context, "telescope", options.telescope)
        self.mount = MountDevice(self.link, options, context.clock)
        self._dome = (
            LatestSample(options.dome, _DOME_FEED, options.dome_stale, context.clock)
            if options.dome
            else None
        )
        mask = HorizonMask.parse(options.lowest_altitude, options.horizon)
        gate = DomeGate(self._dome, options.dome_shut, options.dome_wait)
        self._pointing = Pointing(self.mount, Interlocks(mask, options.sun_avoidance), gate, options)
        self._report = Report(self.pointing, self.mount, self._pointing, context.clock, self.log)

    async def on_start(self) -> None:
        """Begin to listen to the dome."""
        if self._dome is not None:
            await self._dome.listen(self.context)

    async def on_stop(self) -> None:
        """Take leave of the telescope."""
        await close_links(self.link)

    @process(startup=True)
    def monitor(self, run: Run, test_mode: bool = False) -> None:
        """monitor(test_mode=False)

        **Process** - Publish where the mount points, each `--monitor-period`; starts by itself.

        `session['data']` is the latest sample of feed `pointing`, and its `timestamp`. Degraded while the
        telescope does not answer.

        Args:
            test_mode (bool): Publish once and end.

        """
        watch, self._report.monitor = Watch(run), run
        for _ in run.every(self.options.monitor_period):
            seen = watch.attempt(self.link, lambda: self._report.tell(run))
            if test_mode and seen is not None:
                break

    @task(lock="motion")
    def goto(self, run: Run, ra: RightAscension, dec: Declination, frame: Frame = "icrs") -> str:
        """goto(ra, dec, frame='icrs')

        **Task** (abortable) - Slew to a place in the sky and follow it.

        `session['data']` is the sample of feed `pointing` at the end, as of every task of this agent that
        moves the mount.

        Args:
            ra (float or str): Degrees, or text: `83.82` is degrees, `05:35:17.3` and `5h35m17.3s` are hours.
            dec (float or str): Degrees, or text such as `-05:23:28`.
            frame (str): `icrs`; `fk5` (J2000); `galactic`, whose longitude and latitude ra and dec then are;
                `apparent` (true equator and equinox of date).

        """
        return self._go(run, sky_aim(ra, dec, frame, self.mount.state().unix))

    @task(lock="motion")
    def goto_altaz(self, run: Run, alt: Altitude, az: Azimuth) -> str:
        """goto_altaz(alt, az)

        **Task** (abortable) - Slew to an altitude and azimuth and stay there, not tracking.

        Args:
            alt (float or str): Altitude in degrees, without refraction.
            az (float or str): Azimuth in degrees, 0 in the north, 90 in the east.

        """
        return self._go(run, ground_aim(alt, az))

    @task(lock="motion")
    def offset(
        self,
        run: Run,
        north: Arcseconds = 0.0,
        east: Arcseconds = 0.0,
        ra: Arcseconds = 0.0,
        dec: Arcseconds = 0.0,
    ) -> str:
        """offset(north=0., east=0., ra=0., dec=0.)

        **Task** (abortable) - Move a little from where the mount points, and follow that.

        Args:
            north (float): Arcseconds to the north, along the great circle.
            east (float): Arcseconds to the east, along the great circle.
            ra (float): Arcseconds of right ascension, as the coordinate counts them.
            dec (float): Arcseconds of declination.

        """
        state, facts = self.mount.state(), self.mount.facts()
        here = facts.to_icrs(state.ra_degrees, state.dec_degrees, state.unix)
        return self._go(run, moved(here, north, east, ra, dec))

    @task(lock="motion")
    def track(self, run: Run, on: bool = True, rate: DriveRate | None = None) -> str:
        """track(on=True, rate=None)

        **Task** - Follow the sky, or stop doing so.

        Args:
            on (bool): Whether to track.
            rate (str): `sidereal`, `lunar`, `solar` or `king`; None leaves it as it is.

        """
        if rate is not None:
            self.link.call(lambda device: set_drive_rate(device, rate), f"track at the {rate} rate")
        self.mount.set_tracking(on)
        if not on:
            self._pointing.aim = None
        self._report.tell(run)
        return "Tracking." if on else "Not tracking."

    @task(lock="motion")
    def rates(self, run: Run, ra: ArcsecondsPerSecond = 0.0, dec: ArcsecondsPerSecond = 0.0) -> str:
        """rates(ra=0., dec=0.)

        **Task** - Move against the stars while tracking, as for a comet; zeros end that.

        Args:
            ra (float): Arcseconds of right ascension in a second, as the coordinate counts them.
            dec (float): Arcseconds of declination in a second.

        """
        ascom_rate = to_ascom_ra_rate(ra)
        self.link.call(lambda device: setattr(device, "RightAscensionRate", ascom_rate), "set its RA rate")
        self.link.call(lambda device: setattr(device, "DeclinationRate", dec), "set its declination rate")
        self._report.tell(run)
        return f"Moving {ra:g} arcsec/s in right ascension and {dec:g} arcsec/s in declination."

    @task()
    def park(self, run: Run) -> str:
        """park()

        **Task** (abortable) - Stop whatever the mount does, and park it.

        """
        with seized(self, run, self.motion, *_MOVES, at_once=self.mount.stop_moving):
            if self.mount.state().at_park:
                return "Parked already."
            self._come_to_rest(run)
            run.progress(stage="parking")
            state = self._move(run, lambda device: device.Park(), "park")
        if not state.at_park:
            raise OperationFailed("The mount stopped on its way to the park position, and does not say why.")
        return "Parked."

    @task(lock="motion")
    def unpark(self, run: Run) -> str:
        """unpark()

        **Task** - Let the mount move again; it stays where it is.

        """
        self.mount.unpark()
        state = self._report.tell(run)
        if state.at_park:
            raise OperationFailed("The mount says that it is parked still.")
        return "Unparked."

    @task()
    def home(self, run: Run) -> str:
        """home()

        **Task** (abortable) - Stop whatever the mount does, and let it find its home position.

        """
        with seized(self, run, self.motion, *_MOVES, at_once=self.mount.stop_moving):
            self._come_to_rest(run)
            run.progress(stage="homing")
            state = self._move(run, lambda device: device.FindHome(), "find its home position")
        if not state.at_home:
            raise OperationFailed("The mount stopped on its way home, and does not say why.")
        return "At home."

    @task(lock="motion")
    def sync(self, run: Run, ra: RightAscension, dec: Declination, frame: Frame = "icrs") -> str:
        """sync(ra, dec, frame='icrs')

        **Task** - Tell the mount where it really points, so that it corrects what it says.

        Refused if that is more than `--sync-limit` away from what it says.

        Args:
            ra (float or str): As of goto.
            dec (float or str): As of goto.
            frame (str): As of goto.

        """
        state, facts = self.mount.state(), self.mount.facts()
        if state.at_park:
            raise NotReady("The mount is parked: unpark it first.")
        aim = sky_aim(ra, dec, frame, state.unix)
        miss = aim.miss_degrees(facts, state)
        if miss > self.options.sync_limit:
            raise OperationFailed(
                f"The mount says that it points {miss:.1f} deg away from there; --sync-limit is "
                f"{self.options.sync_limit:.1f} deg."
            )
        at_ra, at_dec = facts.to_device(aim.ra_degrees, aim.dec_degrees, state.unix)
        self.link.call(lambda device: device.SyncToCoordinates(float(at_ra) / 15.0, float(at_dec)), "sync")
        self._pointing.aim = aim
        self._report.tell(run)
        return f"Corrected by {_ARCSECONDS * miss:.1f} arcsec."

    @task()
    def stop(self, run: Run) -> str:
        """stop()

        **Task** - Stop whatever the mount does, at once, and tracking too.

        """
        everything = seized(self, run, self.motion, *_MOVES, at_once=self.mount.stop_moving)
        with safely(self.link, "stop entirely", stop_entirely), everything:
            # Again: what was about to begin when it was asked to end may have begun.
            self.mount.stop_moving()
            self._come_to_rest(run)
            if not self.mount.state().at_park:
                self.mount.set_tracking(on=False)
            self._report.tell(run)
        return "Stopped."

    def _go(self, run: Run, aim: Aim) -> str:
        try:
            self._pointing.go(run, aim)
        except BaseException:
            self._report.tell_if_possible(run)
            raise
        self._report.tell(run)
        self._pointing.await_dome(run)
        return f"Pointing at {aim.describe()}."

    def _come_to_rest(self, run: Run) -> None:
        self._pointing.aim = None
        run.progress(stage="stopping")
        self.mount.wait_while_slewing(run, "stop")

    def _move(self, run: Run, begin: Any, doing: str) -> MountState:
        with self.mount.moving():
            connection = self.link.connection
            self.link.call(begin, doing)
            self.mount.wait_while_slewing(run, doing, connection)
        return self._report.tell(run)
