"""What a site file may say of the HTTP services."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.agent import Options, option
from ocs_sim.auth import SiteKeyMode


class ApiOptions(Options):
    """What a site file may say of Api."""

    host: str = option("127.0.0.1", help="The address at which it is served.")
    port: int = option(8010, ge=0, le=65535, help="The port; 0 is any free one.")
    issuer: str | None = option(None, help="Whose tokens count besides our own: their `iss`, to the letter.")
    audience: str | None = option(None, help="The `aud` of the issuer's tokens.")
    jwks: str | None = option(None, help="The issuer's keys: a JWKS, as a file or a URL.")
    certificate: Path | None = option(None, help="The issuer's key: a PEM file, instead of a JWKS.")
    site_keys: SiteKeyMode = option(
        "compat-open", help="`keys`: sites need their key; `compat-open`: who sends none is let in."
    )
    any_site: bool = option(default=False, help="Take jobs for sites too that this site file does not name.")
    oldest: float = option(0.0, ge=0, help="Seconds after which a job that nobody took expires; 0 for never.")
