"""What operations of a dome take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ocs_sim.agent import Unit

Azimuth = Annotated[float, Field(ge=0.0, lt=360.0), Unit("deg")]
