"""Archives without waiting for the disk's platter: no test here takes its power away."""

import os

import pytest


@pytest.fixture(autouse=True, scope="package")
def _no_waiting_for_the_platter():
    """What was written outlives a process that is killed, with or without fsync."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("fsync", "fdatasync"):
            patched.setattr(os, name, os.fstat)
        yield
