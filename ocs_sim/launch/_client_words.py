"""What the client says of a site, in words."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ocs_sim.jobs import Job
    from ocs_sim.remote import SiteState, Wish

_PROBE_SECONDS = 0.5


def age_text(seconds: float) -> str:
    """Return an age as H:MM:SS; what comes from the future has none."""
    return str(timedelta(seconds=max(0, int(seconds))))


def presence(site: str, state: SiteState | None, unix: float) -> str:
    """Return a sentence when the site is not there, else nothing."""
    if state is None:
        return f"{site} has never told its state: the command waits until it comes online."
    if state.is_alive(unix):
        return ""
    age = age_text(state.age_seconds(unix))
    return f"{site} is not online, its status is {age} (hh:mm:ss) old: the command waits for it."


def sent_line(site: str, wish: Wish, ulid: str) -> str:
    """Say that a command is on its way."""
    fields = wish.fields.items()
    words = [str(value) if name == wish.command else f"{name}={value}" for name, value in fields]
    return f"Sent {' '.join([wish.command, *words])} to {site} as job {ulid}."


def job_line(job: Job) -> str:
    """Return a job in a line."""
    reason = job.history[-1].message if job.history else ""
    what = f"{job.device_type}/{job.action}"
    return f"{job.ulid}  {job.status:<10}  {what:<26}  {reason}".rstrip()


def link_note(link: str) -> str:
    """Return what keeps a link to a server of the observatory's own from opening, or nothing."""
    url = urlsplit(link)
    host, port = url.hostname or "", url.port or 80
    if _answers(host, port):
        return ""
    return f"Nothing answers at {host}:{port} now: the link opens once the site's ApiAgent runs."


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_PROBE_SECONDS):
            return True
    except OSError:
        return False
