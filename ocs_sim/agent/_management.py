"""The answers to `{address}`: what an agent is and what it offers."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from ocs_sim.agent._access import AccessPolicy
from ocs_sim.agent._agent import Agent
from ocs_sim.agent._operations import Kind, Operation


class Management:
    """Describes an agent as OCS does, with the schemas, units, locks and boot id that OCS does not tell."""

    def __init__(self, agent: Agent[Any], policy: AccessPolicy, boot_time: float) -> None:
        self._agent = agent
        self._policy = policy
        self._boot_time = boot_time
        self._answers: dict[str, Callable[[], Any]] = {
            "get_api": self._api,
            "get_tasks": lambda: self._operations(Kind.TASK),
            "get_processes": lambda: self._operations(Kind.PROCESS),
            "get_feeds": self._feeds,
            "get_agent_class": lambda: self._agent.context.agent_class,
        }

    def handle(self, q: str, **_ignored: Any) -> Any:
        """Answer a question; None for one that OCS does not know, whatever else comes with it."""
        answer = self._answers.get(q)
        return answer() if answer else None

    def _api(self) -> dict[str, Any]:
        context = self._agent.context
        return {
            "agent_class": context.agent_class,
            "instance_hostname": socket.gethostname(),
            "instance_pid": os.getpid(),
            "feeds": self._feeds(),
            "processes": self._operations(Kind.PROCESS),
            "tasks": self._operations(Kind.TASK),
            "access_control": self._policy.encode(self._boot_time),
            "locks": [each.encode() for each in self._agent.locks],
            "boot_id": context.boot_id,
        }

    def _feeds(self) -> list[list[Any]]:
        return [[name, publisher.describe()] for name, publisher in self._agent.feeds.items()]

    def _operations(self, kind: Kind) -> list[list[Any]]:
        return [
            [name, _session(name, each), each.describe(self._policy.enforced)]
            for name, each in self._agent.operations.named(kind)
        ]


def _session(name: str, operation: Operation) -> dict[str, Any]:
    if operation.session is None:
        return {"op_name": name, "status": "no_history"}
    return operation.session.encode(name)
