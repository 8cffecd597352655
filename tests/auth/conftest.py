"""Signers, made once: an RSA key takes its time."""

import pytest

from ocs_sim.testing import ManualClock
from tests.auth.tokens import Signer


@pytest.fixture(scope="session")
def signer():
    return Signer()


@pytest.fixture(scope="session")
def stranger():
    return Signer()


@pytest.fixture
def clock():
    return ManualClock()
