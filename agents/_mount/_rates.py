"""Rates beside the sidereal one, between what people say and what ASCOM has."""

from __future__ import annotations

from typing import Any, Literal

DriveRate = Literal["sidereal", "lunar", "solar", "king"]
# ASCOM's DriveRates.
_DRIVE_RATES = {"sidereal": 0, "lunar": 1, "solar": 2, "king": 3}
# ASCOM's interface definition of RightAscensionRate gives this factor.
_SECONDS_IN_SIDEREAL_SECOND = 0.9972695677
_ARCSECONDS_IN_SECOND_OF_RA = 15.0


def to_ascom_ra_rate(arcseconds_per_second: float) -> float:
    """Return seconds of right ascension per sidereal second."""
    return arcseconds_per_second / _ARCSECONDS_IN_SECOND_OF_RA * _SECONDS_IN_SIDEREAL_SECOND


def set_drive_rate(device: Any, rate: DriveRate) -> None:
    """Choose the rate at which a telescope tracks."""
    from alpaca.telescope import DriveRates

    device.TrackingRate = DriveRates(_DRIVE_RATES[rate])
