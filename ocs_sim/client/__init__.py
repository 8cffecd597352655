"""Clients of agents: blocking and async, feeds, and who is there.

Works with any OCS agent; agents of ocs_sim also tell their parameters, progress and feeds' fields.
"""

from ocs_sim.client._api import AgentApi, FeedDescription, OperationInfo
from ocs_sim.client._async_client import AsyncClient
from ocs_sim.client._client import Client
from ocs_sim.client._discovery import SeenAgent, discover, discover_async
from ocs_sim.client._errors import (
    AgentAway,
    ClientError,
    NotSuccessful,
    UnknownAgent,
    UnknownFeed,
    UnknownOperation,
    WrongThread,
)
from ocs_sim.client._feeds import AsyncFeedStream, FeedStream, Subscription
from ocs_sim.client._operations import AsyncOperation, Operation
from ocs_sim.client._render import clock_text
from ocs_sim.client._reply import Reply
from ocs_sim.client._session import Session
from ocs_sim.client._topics import Publication, listen
from ocs_sim.client._where import Where, locate

__all__ = [
    "AgentApi",
    "AgentAway",
    "AsyncClient",
    "AsyncFeedStream",
    "AsyncOperation",
    "Client",
    "ClientError",
    "FeedDescription",
    "FeedStream",
    "NotSuccessful",
    "Operation",
    "OperationInfo",
    "Publication",
    "Reply",
    "SeenAgent",
    "Session",
    "Subscription",
    "UnknownAgent",
    "UnknownFeed",
    "UnknownOperation",
    "Where",
    "WrongThread",
    "clock_text",
    "discover",
    "discover_async",
    "listen",
    "locate",
]
