"""What `obsbow aws` says of one queue, table or bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ResourceState:
    """How one resource is, or what became of it; `detail` says what differs or was mended."""

    kind: Literal["queue", "table", "bucket", "objects"]
    name: str
    exists: bool
    detail: str = ""
    action: Literal["", "made", "mended", "removed"] = ""

    @property
    def differs(self) -> bool:
        """Whether it is there, but not as it should be."""
        return self.exists and bool(self.detail) and not self.action

    @property
    def word(self) -> str:
        """Return the state in a word."""
        return self.action or ("missing" if not self.exists else "differs" if self.differs else "exists")
