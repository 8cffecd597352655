"""Who may start and stop what, as OCS agents decide it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from ocs_sim.agent._errors import PolicyNotSupported

_LEVELS = ("0-BLOCKED", "1-BASIC", "2-ADVANCED", "3-FULL", "4-SUPERUSER")
BASIC, SUPERUSER = 1, 4


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Which credential level a password gives.

    Without a policy everyone has level 1 and `min_privs` is not enforced: in OCS such operations can
    then be reached by nobody.
    """

    name: str = "none"
    passwords: tuple[tuple[str, int], ...] = ()

    @property
    def enforced(self) -> bool:
        """Whether `min_privs` counts."""
        return self.name != "none"

    @property
    def startup_level(self) -> int:
        """The level at which the agent starts its own operations."""
        return SUPERUSER if self.enforced else BASIC

    def level(self, password: Any) -> int:
        """Return the credential level of a client with this password."""
        given = str(password or "").encode()
        matching = [level for secret, level in self.passwords if hmac.compare_digest(secret.encode(), given)]
        return max(matching, default=BASIC)

    def refusal(self, level: int, needed: int) -> str | None:
        """Return why a client of this level may not do what needs another, None when it may."""
        if not self.enforced or level >= needed:
            return None
        return (
            f"The action requires credential level {_LEVELS[needed]} "
            f"but the client has only level {_LEVELS[level]}"
        )

    def encode(self, boot_time: float) -> dict[str, Any]:
        """Return `access_control` as get_api has it; its presence lets clients send passwords."""
        return {
            "version": 1,
            "policy": self.name,
            "update_timestamp": boot_time,
            "update_count": 0,
            "step": 0,
        }


def read_policy(text: str | None) -> AccessPolicy:
    """Return the policy that the site file or command line names; raises PolicyNotSupported."""
    name, _, detail = (text or "none").partition(":")
    if name == "none":
        return AccessPolicy()
    if name == "override":
        secrets = [each.strip() for each in detail.split(",")]
        if len(secrets) == 2 and all(secrets):
            return AccessPolicy("override", ((secrets[0], 2), (secrets[1], 3)))
    # An agent that ignored a policy it does not know would be open to all.
    raise PolicyNotSupported(policy=name)
