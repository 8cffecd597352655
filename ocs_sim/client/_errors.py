"""What can go wrong between a client and an agent.

ClientError
├── UnknownAgent          nobody with that id answers
├── AgentAway             it answered before, and does not any more
├── UnknownOperation      the agent has no such operation (also an AttributeError)
├── UnknownFeed
├── NotSuccessful         raised by Reply.raise_if_failed
└── WrongThread           a blocking client on the loop that would answer it
"""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class ClientError(ObservatoryError):
    """A client could not do what it was asked to."""


class UnknownAgent(ClientError, LookupError):
    """No agent answers as {instance_id!r} ({address}). {hint}"""


class AgentAway(ClientError, ConnectionError):
    """{address} has not answered for {seconds:.0f} s. `obsbow status` shows whether it runs ({fault})."""


class UnknownOperation(ClientError, AttributeError):
    """{instance_id} has no operation {name!r}. {hint}"""


class UnknownFeed(ClientError, LookupError):
    """{instance_id} has no feed {name!r}. {hint}"""


class NotSuccessful(ClientError):
    """{op_name} was not successful: {text}"""


class WrongThread(ClientError, RuntimeError):
    """This code runs on the loop that a Client would wait for: use AsyncClient here."""
