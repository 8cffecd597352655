"""Collecting what an archive missed: from the agents that still have it, while live data goes on."""

from ocs_sim.collect._answers import Answer, Index, Kept, read_answer, read_index
from ocs_sim.collect._collector import Collector
from ocs_sim.collect._errors import BadReplay, CollectError
from ocs_sim.collect._planner import DEFAULT_BYTES_PER_SECOND, Plan, Planner
from ocs_sim.collect._requests import Ask, AskBlocks, AskIndex, GiveUp

__all__ = [
    "DEFAULT_BYTES_PER_SECOND",
    "Answer",
    "Ask",
    "AskBlocks",
    "AskIndex",
    "BadReplay",
    "CollectError",
    "Collector",
    "GiveUp",
    "Index",
    "Kept",
    "Plan",
    "Planner",
    "read_answer",
    "read_index",
]
