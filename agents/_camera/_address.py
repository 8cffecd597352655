"""Where a device is, as a site file says it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PATTERN = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.%]+\]|[\w.-]+):(?P<port>\d{1,5})/)?(?P<number>\d{1,10})")
_LARGEST_PORT = 65_535
_FORM = "is neither a device number, such as 0, nor HOST:PORT/NUMBER, such as 127.0.0.1:11111/0"


@dataclass(frozen=True, slots=True)
class DeviceAddress:
    """An Alpaca device: its number, and its server where that is not the one that all others share."""

    number: int
    host: str | None = None
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> DeviceAddress:
        """Read `NUMBER` or `HOST:PORT/NUMBER`; raises ValueError."""
        found = _PATTERN.fullmatch(text.strip())
        if found is None or int(found["port"] or 1) not in range(1, _LARGEST_PORT + 1):
            raise ValueError(f"{text!r} {_FORM}")
        port = int(found["port"]) if found["port"] else None
        return cls(int(found["number"]), found["host"], port)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.number}" if self.host else str(self.number)
