"""What a site file may say of a weather station."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ocs_sim.agent import option

from .._device import DeviceOptions


def _read_number(given: Any) -> Any:
    return None if isinstance(given, str) and not given.strip() else given


MaybeNumber = Annotated[Annotated[int, Field(ge=0)] | None, BeforeValidator(_read_number)]


class WeatherOptions(DeviceOptions):
    """Which devices tell the weather, and whether it is safe."""

    observingconditions: MaybeNumber = option(0, help="Number of the ObservingConditions device.")
    safetymonitor: MaybeNumber = option(None, help="Number of the SafetyMonitor; without, there is none.")
    monitor_period: float = option(
        5.0, gt=0, allow_inf_nan=False, help="Seconds between two looks at the devices: weather is slow."
    )
    oldest_reading: float = option(
        300.0,
        gt=0,
        help="Seconds after which readings are too old: the monitor is degraded, nothing is safe.",
    )
