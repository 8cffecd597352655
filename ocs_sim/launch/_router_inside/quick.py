"""Routing publications with less work."""


def install() -> None:
    """Do nothing yet."""
