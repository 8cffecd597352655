"""Requests as bytes, for what no client library would send."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        """The JSON object of an answer that has to be one."""
        assert self.status == 200, (self.status, self.body)
        assert self.content_type.split(";")[0] == "application/json", self.content_type
        found = json.loads(self.body)
        assert isinstance(found, dict), found
        return found

    @property
    def error(self) -> int:
        """The ErrorNumber."""
        return self.envelope["ErrorNumber"]

    @property
    def value(self) -> Any:
        """The Value of an answer that has to be a success."""
        envelope = self.envelope
        assert envelope["ErrorNumber"] == 0, envelope
        return envelope["Value"]


class Wire:
    """A kept connection to a server."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        self._connection.request(
            method, path, body, {key.replace("_", "-"): value for key, value in headers.items()}
        )
        response = self._connection.getresponse()
        return Answer(response.status, response.getheader("Content-Type", ""), response.read())

    def get(self, path: str, pairs: dict[str, Any] | None = None, **headers: str) -> Answer:
        query = encoded(pairs or {})
        return self.send("GET", f"{path}?{query}" if query else path, None, **headers)

    def put(self, path: str, pairs: dict[str, Any] | None = None) -> Answer:
        return self.send("PUT", path, encoded(pairs or {}).encode(), Content_Type=FORM)


def encoded(pairs: dict[str, Any]) -> str:
    """Return a query or a form; a list gives a field several times."""
    return "&".join(f"{quote_plus(str(key))}={quote_plus(str(value))}" for key, value in pairs.items())
