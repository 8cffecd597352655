"""What a site file may say of a simulated observatory."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.agent import Options, option


class WorldOptions(Options):
    """What a site file may say of World."""

    host: str = option("127.0.0.1", help="The address at which the devices are served.")
    port: int = option(11111, ge=0, le=65535, help="The port; 0 is any free one.")
    discovery_port: int | None = option(
        None,
        ge=0,
        le=65535,
        help="The UDP port of discovery, usually 32227; without it there is none.",
    )
    profile: str = option("fast", help="`fast`, `toros`, `1m`, or a YAML file, relative to the site file.")
    seed: int = option(1, help="Same seed and clock, same world.")
    start: str = option("now", help="`now`, `night`, or a moment in ISO 8601 or unix seconds.")
    time_rate: float = option(
        1.0, ge=0, le=1e6, help="How many times as fast time passes; 0 lets it stand still."
    )
    sky: Path | None = option(None, help="A catalogue of stars: ECSV, FITS table, VOTable or CSV.")
    script: Path | None = option(None, help="A YAML file of faults and weather to come.")
