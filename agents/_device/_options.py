"""What a site file may say of any agent of a device."""

from __future__ import annotations

from ocs_sim.agent import Options, option


class DeviceOptions(Options):
    """Where the Alpaca server is, and how often it is asked; an agent adds the numbers of its devices."""

    host: str = option("127.0.0.1", help="The Alpaca server's name or address.")
    port: int = option(11111, ge=1, le=65535, help="The Alpaca server's port.")
    monitor_period: float = option(
        1.0, gt=0, allow_inf_nan=False, help="Seconds between two looks at the device."
    )
    request_timeout: float = option(
        5.0, gt=0, allow_inf_nan=False, help="Seconds after which an answer is no longer waited for."
    )
