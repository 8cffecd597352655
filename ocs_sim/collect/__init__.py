"""Collecting what an archive missed: from the agents that still have it, while live data goes on."""

from ocs_sim.collect._answers import Answer, Index, Kept, read_answer, read_index
from ocs_sim.collect._collector import Collector
from ocs_sim.collect._errors import BadReplay, CollectError, MetricsPortTaken
from ocs_sim.collect._metrics_endpoint import MetricsEndpoint
from ocs_sim.collect._metrics_server import MetricsServer
from ocs_sim.collect._planner import DEFAULT_BYTES_PER_SECOND, Plan, Planner
from ocs_sim.collect._readings import Readings
from ocs_sim.collect._recording import Recording
from ocs_sim.collect._requests import Ask, AskBlocks, AskIndex, GiveUp
from ocs_sim.collect._table import FeedTable

__all__ = [
    "DEFAULT_BYTES_PER_SECOND",
    "Answer",
    "Ask",
    "AskBlocks",
    "AskIndex",
    "BadReplay",
    "CollectError",
    "Collector",
    "FeedTable",
    "GiveUp",
    "Index",
    "Kept",
    "MetricsEndpoint",
    "MetricsPortTaken",
    "MetricsServer",
    "Plan",
    "Planner",
    "Readings",
    "Recording",
    "read_answer",
    "read_index",
]
