"""What can go wrong with a store."""

from __future__ import annotations

from typing import Any

from ocs_sim.errors import ObservatoryError


class StoreError(ObservatoryError):
    """The store failed: {fault}."""


class StoreUnreachable(StoreError):
    """{store} does not answer ({fault}): check its address, the network and the credentials."""


class NotProvisioned(StoreError):
    """There is no {kind} {name!r}: make it with `obsbow aws init`."""


class BadStoreAddress(StoreError):
    """The address {address!r} of the {port} cannot be used: {fault}."""


class LimitExceeded(StoreError):
    """{what} cannot be stored: {fault}."""


class ConditionFailed(StoreError):
    """The document {key} is not as expected, so nothing was changed: read it again and decide anew."""

    def __init__(self, *, key: tuple[Any, ...], current: dict[str, Any] | None = None) -> None:
        """`current` is the document as it is, or None when there is none."""
        super().__init__(key=key, current=current)
        self.current = current


class LeaseLost(StoreError):
    """The lease of message {message_id} has ended, so another reader may have it: do not go on with it."""


class ObjectExists(StoreError):
    """There is an object {key!r} already: choose another name, or delete it first."""


class NoSuchObject(StoreError):
    """There is no object {key!r}."""


class LinkRefused(StoreError):
    """The link or form is not accepted: {fault}. Ask for a new one."""
