"""The HTTP services of a site: jobs, their changes as they come, reservations, and files by signed links.

Names are imported at first use: FastAPI takes a quarter of a second.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.ranch._app import create_app
    from ocs_sim.ranch._errors import BadBody, BodyTooLarge, RanchAddressTaken, RanchError, Refused
    from ocs_sim.ranch._server import DEFAULT_PORT, RanchServer
    from ocs_sim.ranch._services import Services

__all__ = [
    "DEFAULT_PORT",
    "BadBody",
    "BodyTooLarge",
    "RanchAddressTaken",
    "RanchError",
    "RanchServer",
    "Refused",
    "Services",
    "create_app",
]

_HOMES = {
    "DEFAULT_PORT": "_server",
    "RanchServer": "_server",
    "Services": "_services",
    "create_app": "_app",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, '_errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
