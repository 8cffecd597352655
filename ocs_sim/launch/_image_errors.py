"""What can go wrong with looking at images."""

from __future__ import annotations

from ocs_sim.launch._errors import LaunchError


class NoSuchDirectory(LaunchError):
    """{path} cannot be written: {reason}."""


class NoPictureFormat(LaunchError):
    """{path} is no name for a picture: it must end in .png."""
