"""The simulated weather station."""

from __future__ import annotations

from ocs_sim.alpaca import InvalidValue, get, put
from ocs_sim.alpaca.simulated import _checks
from ocs_sim.alpaca.simulated._simulated_device import SimulatedDevice
from ocs_sim.alpaca.simulated._weather_station import LONGEST_AVERAGE_HOURS, WeatherStation
from ocs_sim.world import World

_DESCRIPTIONS = {
    "CloudCover": "Infrared sky camera, percent of the sky",
    "DewPoint": "From temperature and humidity by Magnus' formula, degrees Celsius",
    "Humidity": "Capacitive hygrometer, percent",
    "Pressure": "Barometer at the height of the site, hPa",
    "RainRate": "Rain gauge, mm/h",
    "SkyBrightness": "Photometer, lux",
    "SkyQuality": "Photometer at the zenith, magnitudes per square arcsecond",
    "SkyTemperature": "Infrared thermometer at the zenith, degrees Celsius",
    "StarFWHM": "Seeing monitor, arcseconds at the zenith",
    "Temperature": "Thermometer, degrees Celsius",
    "WindDirection": "Vane, degrees from north over east; 0 without wind, north 360",
    "WindGust": "Anemometer, the strongest of two minutes, m/s",
    "WindSpeed": "Anemometer, m/s",
}
_BY_LOWER_CASE = {name.lower(): name for name in _DESCRIPTIONS}


class ObservingConditions(SimulatedDevice):
    """The weather of a world, as a station with an instrument for everything measures it (V2)."""

    device_type = "ObservingConditions"
    interface_version = 2
    state_members = tuple(_DESCRIPTIONS)

    def __init__(self, world: World, name: str, number: int = 0) -> None:
        super().__init__(world, name, number)
        self._station = WeatherStation(world)

    @get
    def AveragePeriod(self) -> float:
        """Return over how many hours readings are averaged; 0 for single ones."""
        return self._station.average_hours

    @AveragePeriod.put
    def _(self, AveragePeriod: float) -> None:
        _checks.within("AveragePeriod", AveragePeriod, 0.0, LONGEST_AVERAGE_HOURS, "hours")
        self._station.average_hours = AveragePeriod

    @get
    def CloudCover(self) -> float:
        """Return how much of the sky clouds cover, in percent."""
        return self._station.latest().mean("cloud_percent")

    @get
    def DewPoint(self) -> float:
        """Return the dew point in degrees Celsius."""
        return self._station.latest().mean("dew_point_celsius")

    @get
    def Humidity(self) -> float:
        """Return the relative humidity in percent."""
        return self._station.latest().mean("humidity_percent")

    @get
    def Pressure(self) -> float:
        """Return the pressure at the height of the site in hPa."""
        return self._station.latest().mean("pressure_hpa")

    @get
    def RainRate(self) -> float:
        """Return how much it rains, in mm/h."""
        return self._station.latest().mean("rain_millimetres_per_hour")

    @get
    def SkyBrightness(self) -> float:
        """Return how bright the sky is, in lux."""
        return self._station.latest().sky_lux

    @get
    def SkyQuality(self) -> float:
        """Return how dark the zenith is, in magnitudes per square arcsecond."""
        return self._station.latest().sky_magnitude

    @get
    def SkyTemperature(self) -> float:
        """Return how warm the zenith looks in the infrared, in degrees Celsius."""
        return self._station.latest().mean("sky_temperature_celsius")

    @get
    def StarFWHM(self) -> float:
        """Return the seeing at the zenith in arcseconds."""
        return self._station.latest().mean("seeing_arcseconds")

    @get
    def Temperature(self) -> float:
        """Return the temperature of the air in degrees Celsius."""
        return self._station.latest().mean("temperature_celsius")

    @get
    def WindDirection(self) -> float:
        """Return where the wind comes from in degrees: north 360, east 90; 0 when there is none."""
        return self._station.latest().wind_direction

    @get
    def WindGust(self) -> float:
        """Return the strongest wind of the last two minutes in m/s."""
        return self._station.latest().gust

    @get
    def WindSpeed(self) -> float:
        """Return the wind in m/s."""
        return self._station.latest().mean("wind_speed_metres_per_second")

    @put
    def Refresh(self) -> None:
        """Measure now."""
        self._station.measure()

    @get
    def SensorDescription(self, SensorName: str) -> str:
        """Say what measures a property."""
        return _DESCRIPTIONS[_known(SensorName)]

    @get
    def TimeSinceLastUpdate(self, SensorName: str) -> float:
        """Return the age of a reading in seconds; "" asks for the newest."""
        if SensorName:
            _known(SensorName)
        return self._station.age_seconds()


def _known(sensor: str) -> str:
    name = _BY_LOWER_CASE.get(sensor.lower())
    if name is None:
        raise InvalidValue(f"there is no sensor {sensor[:40]!r}: name one of {', '.join(_DESCRIPTIONS)}")
    return name
