"""What a site file may say of a site's agent."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.agent import Options, option


class SiteOptions(Options):
    """Whom to listen to, where images come from, and how often all that is told."""

    site_code: str = option(
        "", pattern=r"^([A-Za-z0-9_-]{3,60})?$", help="The site's code; the site file's if empty."
    )
    mount: str | None = option(None, help="Instance id of the agent of the mount.")
    camera: str | None = option(None, help="Instance id of the agent of the camera, whose images are stored.")
    dome: str | None = option(None, help="Instance id of the agent of the dome.")
    weather: str | None = option(None, help="Instance id of the agent of the weather.")
    stale_after: float = option(
        30.0, gt=0, help="Seconds after which what an agent said is not told any more."
    )
    state_period: float = option(5.0, gt=0, allow_inf_nan=False, help="Seconds between two states.")
    image_dir: list[Path] = option(
        [], help="Where the camera writes: images that nobody told of are found there."
    )
    images_period: float = option(
        1.0, gt=0, allow_inf_nan=False, help="Seconds between two looks at what was heard of images."
    )
    scan_period: float = option(
        60.0, gt=0, allow_inf_nan=False, help="Seconds between two looks into the image directories."
    )
    retry_after: float = option(
        1.0,
        gt=0,
        allow_inf_nan=False,
        help="Seconds after which a store that failed is tried again, at first.",
    )
    retry_longest: float = option(
        60.0, gt=0, allow_inf_nan=False, help="Seconds to which that grows, doubling each time."
    )
    journal_dir: Path | None = option(
        None, help="Where is kept which images are stored; else `journals` in the directory of the stores."
    )
