"""Serves `/metrics` from a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import make_wsgi_app

from ocs_sim.collect._errors import MetricsPortTaken
from ocs_sim.collect._metrics import registry_of
from ocs_sim.collect._readings import Read

_PATH = "/metrics"
_POLL_SECONDS = 0.1
_SILENT_CLIENT_SECONDS = 10.0


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False
    # Five at once, as usual, and the next ones wait for a second or three.
    request_queue_size = 64

    def server_bind(self) -> None:
        # That of HTTPServer asks the name service who we are, which may take long.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let clients vanish as they like."""


class _Handler(WSGIRequestHandler):
    timeout = _SILENT_CLIENT_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base class has it
        """Do not log each request."""


class MetricsServer:
    """Answers `http://interface:port/metrics` in Prometheus's text form until closed.

    `read` is called in the threads that answer. Raises MetricsPortTaken.
    """

    def __init__(self, read: Read, interface: str, port: int) -> None:
        app = _only_at_its_path(make_wsgi_app(registry_of(read)))
        try:
            family = socket.getaddrinfo(interface, port, type=socket.SOCK_STREAM)[0][0]
            server = type("Server", (_Server,), {"address_family": family})
            self._server: _Server = server((interface, port), _Handler)
        except OSError as fault:
            raise MetricsPortTaken(
                interface=interface, port=port, fault=fault.strerror or str(fault)
            ) from fault
        self._server.set_app(app)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self._server.server_name, self._server.server_port
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{_PATH}"

    def close(self) -> None:
        """Answer no longer, and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _only_at_its_path(app: Callable[..., Any]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == _PATH:
            return app(environ, start_response)  # type: ignore[no-any-return]
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"The metrics are at {_PATH}\n".encode()]

    return answer
