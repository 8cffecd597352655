"""What a site file may say of the agent that carries out jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from ocs_sim.agent import Options, option


class JobsOptions(Options):
    """What a site file may say of the agent that carries out jobs."""

    source: str = option(
        "store", help="Where jobs come from: `store`, or the URL of a jobs service, http://HOST:PORT/jobs."
    )
    site_key: str = option("", help="The site's key for that service; it can be `${NAME}` in the site file.")
    site_code: str = option("", help="Whose jobs; the site file's code if empty.")
    wema: str = option("", help="The other code under which jobs for the enclosure come, if there is one.")
    mount: str = option("mount", help="Instance id of the mount's agent; empty if there is none.")
    camera: str = option("camera", help="Instance id of the camera's agent; empty if there is none.")
    dome: str = option("dome", help="Instance id of the dome's agent; empty if there is none.")
    queue: bool = option(default=True, help="Take command messages from the site's queue, too.")
    order: Literal["observation", "device"] = option(
        "observation",
        help="observation: exposures and slews also wait for each other; device: only for their own device.",
    )
    poll_period: float = option(0.25, gt=0, help="Seconds between two looks for new jobs.")
    lease: int = option(60, ge=5, help="Seconds for which a claimed job is ours; renewed while we live.")
    agent_wait: float = option(60.0, ge=0, help="Seconds to wait for an agent that does not answer.")
    busy_wait: float = option(
        30.0, ge=0, help="Seconds to wait for an operation that somebody else has started."
    )
    image_wait: float = option(
        10.0, ge=0, help="Seconds to wait after an exposure until its images are in the store."
    )
    report_period: float = option(5.0, gt=0, help="Seconds between two reports of a job's progress at least.")
    oldest: float = option(0.0, ge=0, help="Seconds after which a job that waits expires; 0 for never.")

    @field_validator("source")
    @classmethod
    def _is_place(cls, given: str) -> str:
        if given != "store" and not given.startswith(("http://", "https://")):
            raise ValueError("is `store` or a URL such as http://127.0.0.1:8010/jobs")
        return given.rstrip("/")
