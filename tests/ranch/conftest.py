"""The HTTP services that a test talks to."""

import pytest

from tests.ranch.ranch_bench import Ranch


@pytest.fixture
def ranch(tmp_path):
    with Ranch(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One for all tests of a file, for those that ask what is refused anyway."""
    with Ranch(tmp_path_factory.mktemp("ranch")) as served:
        served.warm()
        yield served
