"""Why an image is not stored, now or ever."""

from __future__ import annotations

from ocs_sim.agent import OperationFailed


class NotStorable(OperationFailed):
    """{name} is not stored: {fault}."""


class ImageGone(OperationFailed):
    """{path} is not there any more."""


class JournalFailed(OperationFailed):
    """The journal {path} cannot be used: {fault}."""
