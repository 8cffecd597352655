"""What can go wrong with a store."""

from __future__ import annotations

from typing import Any

from ocs_sim.errors import ObservatoryError


class StoreError(ObservatoryError):
    """The store failed: {fault}."""


class StoreUnreachable(StoreError):
    """{store} does not answer ({fault}): check its address, the network and the credentials."""


class StoreFull(StoreError):
    """There is no space left for {path}: nothing was written. Free some space on that disk and try again."""


class StoreBusy(StoreError):
    """{path} has been locked by another process for {seconds} s: is one of them stopped, or its disk slow?"""


class StoreReadOnly(StoreError):
    """{path} cannot be made or written ({fault}): see who owns it and how it is mounted."""


class NotAStore(StoreError):
    """{path} is not {what} ({fault}): move it away, or put back the one of a backup."""


class StoreGone(StoreError):
    """{path} was removed or replaced while it was in use: put it back as it was, or start what uses it again.
    Nothing was written."""


class StoreTooNew(StoreError):
    """{path} was written by a later version (format {found}, this one knows {known}): upgrade ocs-sim."""


class NotProvisioned(StoreError):
    """There is no {kind} {name!r}: make it with `obsbow aws init`."""


class BadStoreAddress(StoreError):
    """The address {address!r} of the {port} cannot be used: {fault}."""


class LimitExceeded(StoreError):
    """{what} is refused: {fault}."""


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
