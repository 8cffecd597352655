"""Asking a router whether it is there, with nothing but the standard library."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocs_sim.launch._crossbar_address import RouterAddress
from ocs_sim.launch._router_errors import RouterMisfit

_NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure"
_JSON = {"Content-Type": "application/json"}
_HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "b2JzYm93IGxvb2tzIGluIQ==",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": "wamp.2.json",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What must answer before a router counts as ready."""

    address: RouterAddress
    root: str
    socket_path: Path
    timeout_seconds: float = 2.0

    def missing(self) -> str | None:
        """Return what does not answer yet, or None when all does; raises RouterMisfit for a foreign realm."""
        if not self.listens():
            return f"nothing listens on port {self.address.port}"
        return next(self._missing(), None)

    def answers(self) -> bool:
        """Return whether the realm answers calls."""
        return self.listens() and self._realm_problem() is None

    def listens(self) -> bool:
        """Return whether anything accepts connections on the port."""
        return accepts((self.address.probe_host, self.address.port), self.timeout_seconds)

    def _missing(self) -> Iterator[str]:
        problem = self._realm_problem()
        if problem is not None:
            yield problem
        # crossbar adds the paths of a web port one by one, after it has opened the port.
        if (
            self._ask("GET", self.address.websocket_path, None, _HANDSHAKE)[0]
            != http.client.SWITCHING_PROTOCOLS
        ):
            yield f"no websocket on {self.address.websocket_path} yet"
        if not accepts(str(self.socket_path), self.timeout_seconds):
            yield f"nothing listens on {self.socket_path}"

    def _realm_problem(self) -> str | None:
        procedure = f"{self.root}._crossbar_check_"
        body = json.dumps({"procedure": procedure, "args": []})
        status, answer = self._ask("POST", self.address.call_path, body, _JSON)
        if status != http.client.OK:
            return f"no answer to calls yet (HTTP {status})"
        error = _error(answer)
        if error not in (None, _NO_SUCH_PROCEDURE):
            raise RouterMisfit(procedure=procedure, error=error)
        return None

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(
            self.address.probe_host, self.address.port, timeout=self.timeout_seconds
        )
        try:
            connection.request(method, "/" + path.strip("/"), body, dict(headers))
            response = connection.getresponse()
            upgraded = response.status == http.client.SWITCHING_PROTOCOLS
            return response.status, b"" if upgraded else response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def accepts(address: str | tuple[str, int], timeout_seconds: float) -> bool:
    """Return whether a unix path or a TCP address accepts connections."""
    family = (
        socket.AF_UNIX
        if isinstance(address, str)
        else socket.AF_INET6
        if ":" in address[0]
        else socket.AF_INET
    )
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(timeout_seconds)
        try:
            client.connect(address)
        except OSError:
            return False
        return True


def holder(port: int) -> str:
    """Name the process that listens on a port, as in ` by pid 17 (python -m x)`, or nothing."""
    import psutil

    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return ""
    for each in connections:
        listens = each.status == psutil.CONN_LISTEN and tuple(each.laddr)[1:] == (port,)
        if listens and each.pid is not None:
            return f" by pid {each.pid}{_command(each.pid)}"
    return ""


def _command(pid: int) -> str:
    import psutil

    try:
        return f" ({' '.join(psutil.Process(pid).cmdline()).strip()[:80]})"
    except psutil.Error:
        return ""


def _error(answer: bytes) -> Any:
    try:
        reply = json.loads(answer)
    except ValueError:
        return "an answer that is no JSON"
    return reply.get("error") if isinstance(reply, dict) else "an answer of another form"
