"""The cards that say what was exposed, when, for whom, and under which name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from ocs_sim.images._cards import Card
from ocs_sim.images._exposure import Exposure, Observer, Stack, Target
from ocs_sim.images._facts import Facts
from ocs_sim.images._surroundings import Simulation
from ocs_sim.images._times import iso_text, mjd, observing_day


def exposure_cards(exposure: Exposure) -> Iterator[Card]:
    """Return when the shutter was open (FITS standard 4.0, section 9.5, and the customs around it)."""
    yield Card("IMAGETYP", exposure.image_type.upper(), "LIGHT, BIAS, DARK, FLAT or FOCUS")
    yield Card("TIMESYS", "UTC", "time scale of all dates")
    yield Card("DATE-OBS", iso_text(exposure.start), "shutter opened, UTC")
    yield Card("DATE-BEG", iso_text(exposure.start), "shutter opened, UTC")
    yield Card("DATE-AVG", iso_text(exposure.middle), "middle of the exposure, UTC")
    yield Card("DATE-END", iso_text(exposure.closed), "shutter closed, UTC")
    yield Card("MJD-OBS", mjd(exposure.start), "[d] DATE-OBS as modified Julian date")
    yield Card("MJD-BEG", mjd(exposure.start), "[d] DATE-BEG as modified Julian date")
    yield Card("MJD-AVG", mjd(exposure.middle), "[d] DATE-AVG as modified Julian date")
    yield Card("MJD-END", mjd(exposure.closed), "[d] DATE-END as modified Julian date")
    yield Card("EXPTIME", float(exposure.duration_seconds), "[s] exposure time")
    yield Card("FRAMENUM", exposure.sequence, "number of this exposure in its series")
    yield Card("FRAMECNT", exposure.count, "exposures of the series")


def target_cards(target: Target) -> Iterator[Card]:
    """Return what was to be observed; OBJCTRA and OBJCTDEC are where it is."""
    from ocs_sim.almanac import format_declination, format_right_ascension

    yield Card("OBJECT", target.name, "name of the target")
    if target.ra_degrees is not None and target.dec_degrees is not None:
        ra, dec = format_right_ascension(target.ra_degrees, 3), format_declination(target.dec_degrees, 2)
        yield Card("OBJCTRA", ra.replace(":", " "), "[h m s] right ascension of the target, ICRS")
        yield Card("OBJCTDEC", dec.replace(":", " "), "[d m s] declination of the target, ICRS")


def observer_cards(observer: Observer) -> Iterator[Card]:
    """Return for whom the image was taken."""
    yield Card("OBSERVER", observer.name or observer.user_name, "who asked for the image")
    yield Card("USERNAME", observer.user_name, "name of the Photon Ranch user")
    yield Card("USERID", observer.user_id, "id of the Photon Ranch user")
    yield Card("PROJECT", observer.project, "project of the observation")


def name_cards(facts: Facts) -> Iterator[Card]:
    """Return under which name Photon Ranch finds the image."""
    exposure, name, site = facts.exposure, facts.name, facts.site
    day = name.day if name else observing_day(exposure.start, site.longitude_degrees) if site else None
    yield Card("DAY-OBS", day, "date on which the night began")
    yield Card("ORIGNAME", str(name) if name else None, "file as written")
    yield Card("FRAMENO", name.number if name else exposure.number, "number of the image")


def stack_cards(stack: Stack | None) -> Iterator[Card]:
    """Return Photon Ranch's smart stack; all are texts, because its clients fail on numbers here."""
    yield Card("SMARTSTK", stack.identity if stack else "no", "id of the smart stack, or no")
    yield Card("SSTKNUM", str(stack.number if stack else 1), "number within the smart stack")
    yield Card("SSTKLEN", str(stack.length if stack else 1), "length of the smart stack")


def software_cards(simulation: Simulation | None) -> Iterator[Card]:
    """Return by what the image was made, and whether it is simulated."""
    yield Card("SWCREATE", f"ocs_sim {_version()}", "software that wrote this file")
    yield Card("SIMULATE", simulation is not None, "T if the image is simulated")
    if simulation:
        yield Card("SIMSEED", simulation.seed, "seed of the simulated observatory")
        yield Card("SIMPROF", simulation.profile, "profile of the simulated observatory")


def _version() -> str:
    try:
        return version("ocs-sim")
    except PackageNotFoundError:
        return "of an unknown version"
