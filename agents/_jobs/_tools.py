"""What executions of jobs share."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ocs_sim.agent import Timer

from ._images import ImageWait
from ._late import Surroundings
from ._options import JobsOptions
from ._peers import Peers


class StepFailed(Exception):
    """Why a step, and with it the job, failed."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What executions share."""

    peers: Peers
    around: Surroundings
    images: ImageWait
    options: JobsOptions
    timer: Timer
    agents: Mapping[str, str]
    log: logging.LoggerAdapter[Any]
