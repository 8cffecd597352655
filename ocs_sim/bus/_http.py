"""Calls through the router's HTTP web service, with nothing but the standard library."""

from __future__ import annotations

import http.client
import json
import select
import threading
from typing import Any
from urllib.parse import urlsplit

from ocs_sim.bus._errors import (
    BadAnswer,
    CallTimedOut,
    ConnectionLost,
    NotSendable,
    RouterUnreachable,
    call_failed,
)

_HEADERS = {"Content-Type": "application/json"}
_KEPT_CONNECTIONS = 4


class HttpCaller:
    """Calls procedures through `POST /call`, on connections that are kept open between calls.

    May be used from several threads. `timeout_seconds` bounds each step of a call (connect, send, answer).
    """

    def __init__(self, url: str, timeout_seconds: float = 5.0) -> None:
        """Prepare calls to `url`, the site file's `wamp_http`; nothing is connected yet."""
        self.url = url
        self._timeout_seconds = timeout_seconds
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._path = parts.path or "/"
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def call(self, procedure: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a procedure and return its result.

        Raises RouterUnreachable when nothing was sent, ConnectionLost when the router vanished meanwhile,
        CallTimedOut, BadAnswer when something else than a router answers, NotSendable for arguments that
        JSON cannot carry, and CallFailed or a subclass of it when the other end says no.
        """
        try:
            body = json.dumps({"procedure": procedure, "args": args, "kwargs": kwargs}, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise NotSendable(what=procedure, fault=error) from None
        connection = self._take()
        try:
            status, content = self._exchange(connection, procedure, body)
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return self._result(procedure, status, content)

    def close(self) -> None:
        """Close the connections that were kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __enter__(self) -> HttpCaller:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> http.client.HTTPConnection:
        """Return an open connection; raise RouterUnreachable."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                break
            if not _was_closed(connection):
                return connection
            connection.close()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_seconds)
        try:
            connection.connect()
        except OSError as error:
            fault = f"{self.url}: {error.strerror or error}"
            raise RouterUnreachable(url=self.url, fault=fault) from None
        return connection

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        # http.client drops the socket itself when the answer said `Connection: close`.
        with self._lock:
            if connection.sock is not None and len(self._idle) < _KEPT_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    def _exchange(
        self, connection: http.client.HTTPConnection, procedure: str, body: str
    ) -> tuple[int, bytes]:
        try:
            connection.request("POST", self._path, body, _HEADERS)
            response = connection.getresponse()
            return response.status, response.read()
        except TimeoutError:
            raise CallTimedOut(uri=procedure, timeout_seconds=self._timeout_seconds) from None
        except (http.client.IncompleteRead, http.client.RemoteDisconnected, OSError) as error:
            raise ConnectionLost(what=procedure, fault=error) from None
        except http.client.HTTPException as error:
            raise BadAnswer(url=self.url, fault=repr(error)) from None

    def _result(self, procedure: str, status: int, content: bytes) -> Any:
        text = content.decode("utf-8", "replace").strip()
        if status != http.client.OK:
            raise BadAnswer(url=self.url, fault=f"HTTP {status} {text[:200]}")
        try:
            answer = json.loads(text)
            if "error" in answer:
                raise call_failed(procedure, str(answer["error"]), tuple(answer.get("args") or ()))
            results = answer["args"]
            return results[0] if results else None
        except (ValueError, TypeError, KeyError) as error:
            raise BadAnswer(url=self.url, fault=f"{text[:200]!r} ({error!r})") from None


def _was_closed(connection: http.client.HTTPConnection) -> bool:
    """Tell whether the router has closed a connection that rests: then it can be read from."""
    if connection.sock is None:
        return True
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
