"""Asking a jobs service over HTTP, ours or another one that speaks Photon Ranch's words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ocs_sim.jobs import BadJob, Job, Lease

from ._source import JobLost, SourceDown

if TYPE_CHECKING:
    import requests

_TIMEOUT_SECONDS = 5.0
_GONE = (404, 409)
_NO_ROUTE = 403
_BAD = 400


class NoRoute(SourceDown):
    """{source} does not know {fault}"""


class Web:
    """A jobs service at a URL such as `http://host:8010/jobs`, and the site's key for it."""

    def __init__(self, url: str, key: str = "") -> None:
        self.url = url
        self._key = key
        self._session: requests.Session | None = None

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a POST, None for one that is no JSON.

        Raises SourceDown, NoRoute (of which the API Gateway says 403), JobLost, and BadJob.
        """
        import requests

        try:
            answer = self._connected().post(
                f"{self.url}/{path}", data=json.dumps(body, allow_nan=False), timeout=_TIMEOUT_SECONDS
            )
        except requests.RequestException as fault:
            raise SourceDown(source=self.url, fault=fault) from fault
        if answer.status_code == _NO_ROUTE:
            raise NoRoute(source=self.url, fault=path)
        if answer.status_code == _BAD:
            raise BadJob(faults=(answer.text.strip(),))
        if answer.status_code in _GONE:
            raise JobLost(fault=answer.text.strip())
        if not answer.ok:
            raise SourceDown(source=self.url, fault=f"HTTP {answer.status_code}: {answer.text[:200]}")
        try:
            return answer.json()
        except requests.exceptions.JSONDecodeError:
            return None

    def jobs(self, path: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the list of objects that a POST is answered with. Raises SourceDown, NoRoute."""
        try:
            told = self.post(path, body)
        except (JobLost, BadJob) as fault:
            raise SourceDown(source=self.url, fault=fault) from fault
        if not isinstance(told, list):
            raise SourceDown(source=self.url, fault=f"{path} is not answered with a list")
        return [each for each in told if isinstance(each, dict)]

    def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> requests.Session:
        if self._session is None:
            import requests

            self._session = requests.Session()
            self._session.headers["Content-Type"] = "application/json"
            if self._key:
                self._session.headers["X-Site-Key"] = self._key
        return self._session


def jobs_from(told: list[dict[str, Any]]) -> Iterator[Job]:
    """Yield the jobs of a list, without what is none, as ghosts that a status for an unknown job leaves."""
    for each in told:
        with suppress(KeyError, ValueError, TypeError, AttributeError):
            yield job_from(each)


def job_from(wire: Mapping[str, Any]) -> Job:
    """Return a job of the object that a service tells. Raises KeyError, ValueError, TypeError."""
    status = str(wire.get("status") or wire["statusId"]).partition("#")[0]
    lease = wire.get("lease")
    return Job(
        site=str(wire["site"]),
        ulid=str(wire["ulid"]),
        status=status,
        replica_status=str(wire.get("replicaStatusId", status)).partition("#")[0],
        user_name=str(wire.get("user_name") or ""),
        user_id=str(wire.get("user_id") or ""),
        user_roles=_roles(wire.get("user_roles")),
        timestamp_ms=int(wire.get("timestamp_ms") or 0),
        device_type=str(wire["deviceType"]),
        device_instance=str(wire.get("deviceInstance") or ""),
        action=str(wire["action"]),
        optional_params=wire.get("optional_params") or {},
        required_params=wire.get("required_params") or {},
        result=wire.get("result"),
        session=wire.get("session"),
        lease=Lease(str(lease["owner"]), float(lease["untilUnix"])) if lease else None,
        source=str(wire.get("source") or "http"),
    )


def _roles(told: Any) -> tuple[str, ...]:
    """Return roles, which are the text of a list; what is neither counts as none."""
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except ValueError:
            return ()
    return tuple(each for each in told if isinstance(each, str)) if isinstance(told, list) else ()
