"""What the weather is like, and what of it the observatory calls safe, as numbers of a profile."""

from __future__ import annotations

from dataclasses import dataclass

from ocs_sim.world._nodes import NotNegative, Positive


@dataclass(frozen=True)
class WeatherProfile:
    """Means, swings and times over which the weather remembers."""

    name: str = "Simulated weather station"
    mean_celsius: float = 10.0
    daily_swing_celsius: NotNegative = 5.0  # half of the difference between afternoon and dawn
    yearly_swing_celsius: NotNegative = 6.0
    celsius_rms: NotNegative = 1.5
    memory_seconds: Positive = 10800.0  # of temperature, humidity and cloud
    dew_point_celsius: float = 0.0
    dew_point_rms_celsius: NotNegative = 2.0
    wind_metres_per_second: NotNegative = 3.0  # median
    wind_spread: NotNegative = 0.4  # rms of its logarithm
    wind_memory_seconds: Positive = 900.0
    wind_direction_degrees: float = 270.0
    pressure_rms_hpa: NotNegative = 4.0
    cloudiness: float = (
        -2.5
    )  # below 0 mostly clear, above 0 mostly overcast: in rms of what drives the clouds
    rain_threshold: float = 9.0  # how far above the mean, in rms, what drives the clouds rains
    seeing_arcseconds: Positive = 1.5  # median, zenith, 500 nm
    seeing_spread: NotNegative = 0.15
    seeing_memory_seconds: Positive = 600.0


@dataclass(frozen=True)
class SafetyProfile:
    """When it is not safe, and when it is safe again: a limit and what it has to fall to."""

    name: str = "Simulated safety monitor"
    sample_seconds: Positive = 2.0
    safe_again_seconds: NotNegative = 10.0  # for so long everything has to be well
    humidity_percent: tuple[float, float] = (92.0, 88.0)
    wind_metres_per_second: tuple[float, float] = (15.0, 12.0)
    gust_metres_per_second: tuple[float, float] = (20.0, 16.0)
    cloud_percent: tuple[float, float] = (80.0, 70.0)
    rain_millimetres_per_hour: tuple[float, float] = (0.05, 0.0)


@dataclass(frozen=True)
class SwitchProfile:
    """A channel that can be switched, dimmed, or only read."""

    name: str
    description: str = ""
    minimum: float = 0.0
    maximum: float = 1.0
    step: Positive = 1.0
    value: float = 0.0
    writable: bool = True
    seconds: NotNegative = 0.0  # until a new value holds


SWITCHES = (
    SwitchProfile("Dew heater", "Power of the dew heater, in percent", 0.0, 100.0, 1.0, 0.0, seconds=0.2),
    SwitchProfile("Mount power", "Power of the mount", value=1.0),
    SwitchProfile("Camera power", "Power of the camera", value=1.0),
    SwitchProfile("Mirror fan", "Fan behind the mirror", 0.0, 3.0, 1.0, 0.0, seconds=0.5),
    SwitchProfile("Dome light", "Light in the dome"),
    SwitchProfile("Supply voltage", "Volts of the supply", 0.0, 30.0, 0.1, 13.8, writable=False),
)
