"""A toy telescope that is served."""

import httpx
import pytest

from tests.alpaca.toys import OtherToy, Toy, serving


@pytest.fixture(scope="session")
def server():
    """A server that the session shares, of a toy and of one that always refuses."""
    with serving(Toy(name="A toy", description="To try things with."), OtherToy(2)) as server:
        yield server


@pytest.fixture
def toy(server):
    """The toy, as it was at the beginning."""
    toy = server.asgi.devices[0]
    toy.begin()
    return toy


@pytest.fixture(scope="session")
def any_http(server):
    """A client that the session shares, whatever was done to the toy."""
    with httpx.Client(base_url=server.address, timeout=20) as client:
        yield client


@pytest.fixture
def http(any_http, toy):
    """A client of a toy that is as it was at the beginning."""
    return any_http


@pytest.fixture
def read(http):
    """Return what GET answers at a member of the toy."""

    def read(member, **parameters):
        return http.get(f"/api/v1/telescope/0/{member}", params=parameters)

    return read


@pytest.fixture
def write(http):
    """Return what PUT answers at a member of the toy."""

    def write(member, **parameters):
        return http.put(f"/api/v1/telescope/0/{member}", data=parameters)

    return write
