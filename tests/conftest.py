"""What every test has: the fixtures of ocs_sim.testing, and a check that it leaves nothing behind."""

import pytest
from hypothesis import settings

from tests.examples import examples

# No deadline: how long an example takes is the busy machine's, and no fault.
settings.register_profile("quick", max_examples=examples(50), deadline=None)
settings.load_profile("quick")

pytest_plugins = ["ocs_sim.testing.fixtures", "pytester"]


@pytest.fixture(autouse=True, scope="session")
def _nothing_listens_afterwards(no_listening_sockets):
    """The session leaves no listening socket."""


@pytest.fixture(autouse=True)
def _nothing_stays(no_leaks):
    """No test leaves a process or a thread."""
