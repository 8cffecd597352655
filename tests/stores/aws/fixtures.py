"""The emulators, one of each for a session, and the conformance suite's backends on them."""

from __future__ import annotations

import os

import pytest

from tests.emulators import running_ministack, running_moto
from tests.stores.aws.backend import AwsBackend
from tests.stores.aws.gaps import AWS_GAPS, MINISTACK_GAPS, MOTO_GAPS


@pytest.fixture(scope="session")
def ministack(tmp_path_factory):
    """A MiniStack that the session shares."""
    with running_ministack(tmp_path_factory.mktemp("ministack")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    """A moto server that the session shares."""
    with running_moto(tmp_path_factory.mktemp("moto")) as emulator:
        yield emulator


@pytest.fixture
def on_ministack(ministack, monkeypatch):
    """Let boto3 speak to MiniStack."""
    return _spoken_to(ministack, monkeypatch)


@pytest.fixture
def on_moto(moto, monkeypatch):
    """Let boto3 speak to moto."""
    return _spoken_to(moto, monkeypatch)


@pytest.fixture
def ministack_backend(on_ministack, tmp_path):
    backend = AwsBackend(tmp_path, MINISTACK_GAPS)
    yield backend
    backend.close()


@pytest.fixture
def moto_backend(on_moto, tmp_path):
    backend = AwsBackend(tmp_path, MOTO_GAPS)
    yield backend
    backend.close()


@pytest.fixture
def aws_backend(tmp_path):
    """AWS itself, with the credentials that boto3 finds; what the test makes it removes."""
    backend = AwsBackend(tmp_path, AWS_GAPS, os.environ.get("OBSBOW_CONFORMANCE_PREFIX", "obsbow-test-"))
    yield backend
    backend.close()
    backend.remove()


def aws_legs():
    """Return the names of the backends here: AWS itself only for who asks for it, as it costs money."""
    return ("ministack", "moto", *(["aws"] if os.environ.get("OBSBOW_CONFORMANCE_AWS") == "1" else []))


def _spoken_to(emulator, monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") or name == "AWS_PROFILE"]:
        monkeypatch.delenv(name)
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    return emulator
