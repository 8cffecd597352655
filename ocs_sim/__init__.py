"""An observatory that you can pip install."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Late, so that `obsbow --help` and the archive reader never pay for the WAMP stack.
    if name in {"Client", "AsyncClient"}:
        from ocs_sim import client

        return getattr(client, name)
    raise AttributeError(f"module 'ocs_sim' has no attribute {name!r}")
