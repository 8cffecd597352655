"""The simulated observatory, assembled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocs_sim.almanac import Place
from ocs_sim.clock import Clock
from ocs_sim.world._agenda import Action, Agenda
from ocs_sim.world._atmosphere import Atmosphere
from ocs_sim.world._camera import Camera
from ocs_sim.world._clock import WorldClock
from ocs_sim.world._cover import Cover
from ocs_sim.world._dome import Dome
from ocs_sim.world._faults import Faults
from ocs_sim.world._focuser import Focuser
from ocs_sim.world._mount import Mount
from ocs_sim.world._profile import Profile, load_profile
from ocs_sim.world._rotator import Rotator
from ocs_sim.world._safety import Safety
from ocs_sim.world._switches import Switches
from ocs_sim.world._weather import Weather
from ocs_sim.world._wheel import Wheel

#: So far back a part can tell what it did; longer, where an exposure waits to be rendered.
MEMORY_SECONDS = 7200.0


class World:
    """A whole observatory as a function of time: same seed, clock and commands, same answers.

    Its parts do nothing by themselves: each can tell what holds at a moment, and a command changes what holds
    from now on. All of them may be called from any thread.
    """

    def __init__(
        self,
        profile: str | Path | Profile = "fast",
        clock: Clock | None = None,
        seed: int = 1,
        place: Place | None = None,
        catalogue: Any = None,
        start: float | str = "now",
        **overrides: Any,
    ) -> None:
        """Assemble it; `clock` may be a WorldClock, or the clock that the world's is set off from at `start`.

        `catalogue` is a `sky.Catalogue`, the path of one, or None for the synthetic sky. `overrides` set
        single numbers of the profile: `**{"camera.width": 256}`.
        """
        found = profile if isinstance(profile, Profile) else load_profile(profile, **overrides)
        self.profile: Profile = found if place is None else replace(found, place=place)
        self.place: Place = self.profile.place
        self.seed = seed
        self.clock: WorldClock = (
            clock if isinstance(clock, WorldClock) else WorldClock(clock, start, place=self.place)
        )
        self.lock = threading.RLock()
        self.began: float = self.clock.time()
        self._agenda = Agenda()
        self._needed: dict[Hashable, float] = {}
        self._catching_up = False
        self._latest = self.began
        self._catalogue = catalogue
        self._opening = threading.Lock()
        self.faults = Faults(self)
        self.weather = Weather(self)
        self.mount = Mount(self)
        self.dome = Dome(self)
        self.focuser = Focuser(self)
        self.wheel = Wheel(self)
        self.rotator = Rotator(self)
        self.cover = Cover(self)
        self.safety = Safety(self)
        self.switches = Switches(self)
        self.atmosphere = Atmosphere(self)
        self.camera = Camera(self)

    def now(self) -> float:
        """Return the world's time as unix seconds, after all that was due by then has happened."""
        with self.lock:
            if self._catching_up:
                return self._latest
            now = self.clock.time()
            self._catching_up = True
            try:
                self._agenda.catch_up(now, self._stand_at)
            finally:
                self._catching_up = False
            self._latest = now
            return now

    def at(self, unix: float, action: Action) -> Callable[[], None]:
        """Have `action(unix)` done when it is `unix`; return what cancels it."""
        with self.lock:
            return self._agenda.add(unix, action)

    def keep_since(self) -> float:
        """Return the moment from which on the parts have to remember what they did."""
        return min([self._latest - MEMORY_SECONDS, *self._needed.values()])

    def need(self, key: Hashable, since: float | None) -> None:
        """Have the parts remember everything from `since` on, until it is None."""
        with self.lock:
            if since is None:
                self._needed.pop(key, None)
            else:
                self._needed[key] = since

    @property
    def catalogue(self) -> Any:
        """The stars of this world; opened when first asked for."""
        from ocs_sim.sky import open_catalogue

        # Of its own: a large file takes a while, in which the world goes on.
        with self._opening:
            if self._catalogue is None or isinstance(self._catalogue, (str, Path)):
                self._catalogue = open_catalogue(self._catalogue or "synthetic")
            return self._catalogue

    def _stand_at(self, unix: float) -> None:
        self._latest = unix
