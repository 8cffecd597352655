"""What a camera and its site are called in names of files, and where the site file says that they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocs_sim.agent import AgentContext
from ocs_sim.site import SiteIdentity

from ._options import CameraOptions

_NAMELESS_SITE, _NAMELESS_CAMERA = "sim", "cam"
_SHORTEST_CODE, _LONGEST_CODE = 3, 6


@dataclass(frozen=True)
class Labels:
    """The site's code (3 to 6 letters or digits) and the instrument; `identity` as the site file has it."""

    site_code: str
    instrument: str
    identity: SiteIdentity | None = None

    @classmethod
    def of(cls, context: AgentContext[CameraOptions]) -> Labels:
        """Return what the options say, or else the site file's code and the agent's instance id."""
        options, identity = context.options, context.site.identity
        code = options.site_code or _plain(identity.code if identity else "")[:_LONGEST_CODE]
        instrument = options.instrument or _plain(context.instance_id) or _NAMELESS_CAMERA
        return cls(code if len(code) >= _SHORTEST_CODE else _NAMELESS_SITE, instrument, identity)

    @property
    def site_name(self) -> str:
        """The observatory's name."""
        return self.identity.name if self.identity else ""


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "", text)
