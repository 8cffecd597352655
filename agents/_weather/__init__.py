"""What the Weather agent is made of: its sensors, the station, options, the feed."""

from ._feed import BLOCK, conditions_feed
from ._options import WeatherOptions
from ._sensors import SENSORS, Sensor
from ._station import Reading, Station

__all__ = ["BLOCK", "SENSORS", "Reading", "Sensor", "Station", "WeatherOptions", "conditions_feed"]
