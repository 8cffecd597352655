"""An empty image database for each test: SQLite's always, PostgreSQL's where there is one."""

from __future__ import annotations

import itertools

import pytest
import sqlalchemy

from ocs_sim.stores._images import ImageDatabase
from tests.postgres import running_postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server that the session shares."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres):
    """The URL of an empty database."""
    name = f"test_{next(_numbers)}"
    engine = sqlalchemy.create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgres.url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/made/images.sqlite"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def images(url):
    """An empty image database, of each kind."""
    with ImageDatabase(url) as database:
        yield database
