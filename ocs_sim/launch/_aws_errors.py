"""What can go wrong with looking after what is kept in AWS."""

from __future__ import annotations

from ocs_sim.launch._errors import LaunchError


class NothingInAws(LaunchError):
    """{path} keeps everything on this computer, which needs no preparation. What is to be kept in AWS its
    `stores:` names by `queue: sqs://..`, `documents: dynamodb://..` and `objects: s3://..`.
    """


class UnknownSite(LaunchError):
    """{path} has no observatory {code!r}. It has: {known}."""
