#!/usr/bin/env python3
"""Point at a target and take an image of it, closing the loop: expose, solve, correct, expose again.

python scripts/observe_target.py
python scripts/observe_target.py --target Algieba --seconds 5 --filter R
python scripts/observe_target.py --ra 05:35:17.3 --dec=-05:23:28 --tolerance 3

Exits with 0 when the target is in the middle of the last image within the tolerance, 1 when something went
wrong, 3 when the tolerance was not reached, 130 when interrupted (what was under way is aborted first).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ocs_sim import Client
from ocs_sim.almanac import (
    Place,
    format_declination,
    format_right_ascension,
    parse_declination,
    parse_right_ascension,
    sun,
)
from ocs_sim.client import UnknownAgent
from ocs_sim.errors import ObservatoryError
from ocs_sim.pipeline import NotSolved, NoZeroPoint, SolvedImage, solve_image, zero_point
from ocs_sim.site import find_site_file, load
from ocs_sim.sky import Catalogue, Stars, highest_named_star, named_star, open_catalogue

FAILED, NOT_REACHED, INTERRUPTED = 1, 3, 130
SHUTTER_OPEN = 0  # as ASCOM counts
DARK_ENOUGH_SUN_DEGREES = -8.0
POLAR_DEGREES = 75.0
LONGER = 4.0
ABORT_SECONDS, DOME_SECONDS = 60.0, 300.0
DOME_TOLERANCE_DEGREES = 3.0
HEARD_SECONDS = 1.0  # until the dome knows where the mount is now
PATIENCE_SECONDS, LOOK_PERIOD_SECONDS = 10.0, 0.2


class ObserveError(ObservatoryError):
    """{fault}"""


@dataclass(frozen=True)
class Target:
    """What to point at, ICRS, degrees."""

    name: str
    ra_degrees: float
    dec_degrees: float

    def __str__(self) -> str:
        place = f"{format_right_ascension(self.ra_degrees)} {format_declination(self.dec_degrees)}"
        return f"{self.name} at {place}" if self.name else place


class Miss(NamedTuple):
    """How far the middle of an image is from the target, in arcseconds on the sky."""

    east: float
    north: float

    @property
    def distance(self) -> float:
        """Along the great circle."""
        return float(np.hypot(self.east, self.north))

    def __str__(self) -> str:
        return f'{self.distance:.1f}" off ({self.east:+.1f}" east, {self.north:+.1f}" north)'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; return its exit code."""
    options = read_options(arguments)
    try:
        with ExitStack() as stack:
            return Observation.open(options, stack).run()
    except ObservatoryError as error:
        print(f"observe_target: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nobserve_target: interrupted; what was under way is aborted.", file=sys.stderr)
        return INTERRUPTED


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Point at a target and take an image with it in the middle.")
    add = parser.add_argument
    add("--target", help="the name of a star; without target, a star that stands high")
    add("--ra", metavar="ANGLE", help="right ascension (ICRS): 83.82 (degrees) or 05:35:17.3")
    add("--dec", metavar="ANGLE", help="declination: --dec=-5.39 or --dec=-05:23:28")
    add("--seconds", type=float, default=5.0, help="exposure time (5)")
    add("--filter", help="name of the filter; else the one that is there")
    add("--tolerance", type=float, default=5.0, help="arcseconds from the middle that will do (5)")
    add("--max-corrections", type=int, default=3, help="how often to correct (3)")
    add("--correct-by", choices=["sync", "offset"], default="sync", help="sync, or near a pole offset (sync)")
    add("--search", type=float, default=20.0, help="arcminutes around the target in which to solve (20)")
    add("--catalogue", default="synthetic", help="a file of stars to solve by; else those of the simulator")
    add("--mount", default="mount", help="instance id of the Mount agent (mount)")
    add("--camera", default="camera", help="instance id of the Camera agent (camera)")
    add("--dome", default="dome", help="instance id of the Dome agent, if there is one (dome)")
    add("--site-file", type=Path, help="the site file; else it is searched for")
    add("--site-host", help="which host of the site file this is")
    options = parser.parse_args(arguments)
    if (options.ra is None) != (options.dec is None):
        parser.error("--ra and --dec go together")
    if options.ra is not None and options.target is not None:
        parser.error("give either --target or --ra and --dec")
    return options


class Observation:
    """The agents that it takes, and what is asked of them."""

    def __init__(
        self, options: argparse.Namespace, mount: Any, camera: Any, dome: Any, place: Place | None
    ) -> None:
        self.options, self.mount, self.camera, self.dome, self.place = options, mount, camera, dome, place
        self.catalogue: Catalogue = open_catalogue(options.catalogue)

    @classmethod
    def open(cls, options: argparse.Namespace, stack: ExitStack) -> Observation:
        """Find the agents. Raises UnknownAgent for a mount or a camera that does not answer."""
        mount, camera = (
            stack.enter_context(connect(options, name)) for name in (options.mount, options.camera)
        )
        try:
            dome = stack.enter_context(connect(options, options.dome)) if options.dome else None
        except UnknownAgent:
            print(f"No agent answers as {options.dome!r}: observing without a dome.")
            dome = None
        return cls(options, mount, camera, dome, place_of(options))

    def run(self) -> int:
        """Point, and correct until the target is in the middle; return the exit code."""
        pointing = latest(self.mount, "Mount")
        unix = time.time() + pointing.get("clock_offset", 0.0)
        target = choose_target(self.options, self.place, unix)
        warn_of_daylight(self.place, unix)
        if self.dome is not None:
            open_dome(self.dome)
        if pointing.get("at_park"):
            carry_out(self.mount, "unpark")
        print(f"Pointing at {target}")
        carry_out(self.mount, "goto", ra=target.ra_degrees, dec=target.dec_degrees)
        if self.dome is not None:
            follow(self.dome)
        return self.close_in(target)

    def close_in(self, target: Target) -> int:
        """Expose, solve and correct; return the exit code."""
        for correction in range(self.options.max_corrections + 1):
            image = self.look(target)
            miss = Miss(*image.solution.off_arcseconds(target.ra_degrees, target.dec_degrees))
            print(f"  {correction + 1}. {miss}; {described(image)}\n     {image.path}")
            if miss.distance <= self.options.tolerance:
                print(f"In the middle, within {self.options.tolerance:g} arcsec.")
                return 0
            if correction < self.options.max_corrections:
                self.correct(image, miss, target)
        print(f"observe_target: {miss}, after {correction} corrections", file=sys.stderr)
        return NOT_REACHED

    def look(self, target: Target) -> SolvedImage:
        """Return an image of where the telescope points, solved; exposed longer if stars were too few."""
        try:
            return self.expose(target, self.options.seconds)
        except NotSolved as error:
            longer = LONGER * self.options.seconds
            print(f"  {error}\n  Exposing {longer:g} s instead")
            return self.expose(target, longer)

    def expose(self, target: Target, seconds: float) -> SolvedImage:
        """Take an image and solve it. Raises NotSolved."""
        wishes: dict[str, Any] = {"seconds": seconds, "object": target.name}
        if self.options.filter is not None:
            wishes["filter"] = self.options.filter
        data = carry_out(self.camera, "expose", **wishes)
        return solve_image(data["files"][-1], self.catalogue, search_arcminutes=self.options.search)

    def correct(self, image: SolvedImage, miss: Miss, target: Target) -> None:
        """Move the telescope by what it missed."""
        # A sync there would turn the sky about the pole, by arcseconds here and by degrees elsewhere.
        is_polar = abs(target.dec_degrees) > POLAR_DEGREES
        if self.options.correct_by == "offset" or is_polar:
            carry_out(self.mount, "offset", north=-miss.north, east=-miss.east)
            return
        ra, dec = image.solution.centre_degrees
        carry_out(self.mount, "sync", ra=ra, dec=dec)
        carry_out(self.mount, "goto", ra=target.ra_degrees, dec=target.dec_degrees)


def connect(options: argparse.Namespace, agent: str) -> Client:
    """Return a client of an agent of the chosen site."""
    return Client(agent, site_file=options.site_file, site_host=options.site_host, timeout_seconds=5.0)


def place_of(options: argparse.Namespace) -> Place | None:
    """Return where the site file says that the observatory is."""
    identity = load(find_site_file(options.site_file, environ=os.environ, cwd=Path.cwd())).identity
    if identity is None:
        return None
    return Place(identity.latitude_deg, identity.longitude_deg, identity.elevation_m)


def choose_target(options: argparse.Namespace, place: Place | None, unix: float) -> Target:
    """Return what the options ask for; without, a star that stands high."""
    if options.ra is not None:
        return Target("", parse_right_ascension(options.ra), parse_declination(options.dec))
    if options.target is not None:
        return target_of(named_star(options.target, unix))
    if place is None:
        raise ObserveError(fault="the site file does not say where the observatory is; give a --target")
    return target_of(highest_named_star(place, unix))


def target_of(star: Stars) -> Target:
    """Return a star as a target."""
    return Target((star.names or ("",))[0], float(star.ra_degrees[0]), float(star.dec_degrees[0]))


def warn_of_daylight(place: Place | None, unix: float) -> None:
    """Say so if stars can hardly be seen now."""
    altitude = -90.0 if place is None else float(sun(place, unix).altitude_degrees)
    if altitude > DARK_ENOUGH_SUN_DEGREES:
        print(f"The Sun's altitude is {altitude:.0f} deg there: stars may drown in the light of the sky.")


def open_dome(dome: Any) -> None:
    """Open the dome if it is shut."""
    if latest(dome, "Dome").get("shutter") != SHUTTER_OPEN:
        print("Opening the dome")
        carry_out(dome, "open")


def follow(dome: Any) -> None:
    """Let the dome follow the mount, and wait until it is there. Raises ObserveError if it is late.

    To be called when the mount is where it should be: a dome that was sent somewhere goes there first.
    """
    if not latest(dome, "Dome").get("slaved"):
        carry_out(dome, "slave")
    await_dome(dome)


def await_dome(dome: Any) -> None:
    """Wait until the slit is where the telescope looks. Raises ObserveError if it does not get there."""
    heard, until = time.time() + HEARD_SECONDS, time.monotonic() + DOME_SECONDS
    while time.monotonic() < until:
        sample = latest(dome, "Dome")
        off = abs(sample["azimuth_error"])
        if sample["timestamp"] > heard and sample["slaved"] and off < DOME_TOLERANCE_DEGREES:
            return
        time.sleep(LOOK_PERIOD_SECONDS)
    raise ObserveError(fault=f"the dome does not follow the mount, its slit is {off:.1f} degrees off")


def latest(agent: Any, who: str) -> dict[str, Any]:
    """Return what an agent's monitor saw last; one that has just been started may take a moment."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        session = agent.monitor.status().session
        if session.data and not session.degraded:
            return dict(session.data)
        if time.monotonic() > until:
            said = [text for _, text in session.messages]
            raise ObserveError(fault=f"{who} does not reach its device: {said[-1] if said else 'no data'}")
        time.sleep(LOOK_PERIOD_SECONDS)


def carry_out(agent: Any, name: str, **parameters: Any) -> dict[str, Any]:
    """Run a task to its end and return its data; abort it when interrupted. Raises NotSuccessful."""
    operation = getattr(agent, name)
    try:
        reply = operation(**parameters) if operation.kind == "task" else operation.start(**parameters)
    except KeyboardInterrupt:
        operation.abort()
        operation.wait(timeout_seconds=ABORT_SECONDS)
        raise
    return dict(reply.raise_if_failed().session.data)


def described(image: SolvedImage) -> str:
    """Return what the image is like, in a line."""
    solution, detections = image.solution, image.detections
    text = f"{solution.matches} of {len(detections)} stars solved to {solution.rms_arcseconds:.2f} arcsec"
    text += f", FWHM {detections.median_fwhm_pixels * solution.scale_arcseconds:.1f} arcsec"
    try:
        zero = zero_point(detections, solution, exposure_seconds=float(image.header.get("EXPTIME", 1.0)))
    except (NoZeroPoint, TypeError):
        return text
    return f"{text}, zero point {zero.magnitude:.2f} mag"


if __name__ == "__main__":
    sys.exit(main())
