"""The tables of the image database, and making them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from ocs_sim.stores._images_errors import WrongSchema
from ocs_sim.stores._images_rows import VERSION

# Any number will do that all our processes share.
_ADVISORY_LOCK = 6_177_401_882

_metadata = MetaData()


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


IMAGES = Table(
    "images",
    _metadata,
    Column("image_id", Integer, primary_key=True, autoincrement=True),
    Column("base_filename", Text, nullable=False, unique=True),
    Column("data_type", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("directory", Text),
    Column("capture_date", DateTime, nullable=False),
    Column("sort_date", DateTime, nullable=False),
    Column("right_ascension", Double),
    Column("declination", Double),
    Column("altitude", Double),
    Column("azimuth", Double),
    Column("filter_used", Text),
    Column("airmass", Double),
    Column("exposure_time", Double),
    Column("username", Text),
    Column("user_id", Text),
    Column("header", Text),
    _flag("fits_01_exists"),
    _flag("fits_10_exists"),
    _flag("jpg_medium_exists"),
    _flag("jpg_small_exists"),
    sqlite_autoincrement=True,
)
_INDEXES = (
    Index("images_site_sort_date", IMAGES.c.site, IMAGES.c.sort_date),
    Index("images_user_id_sort_date", IMAGES.c.user_id, IMAGES.c.sort_date),
    Index("images_sort_date", IMAGES.c.sort_date),
    Index("images_capture_date", IMAGES.c.capture_date),
)
_SCHEMA = Table("images_schema", _metadata, Column("version", Integer, nullable=False))


def make_schema(connection: Connection, url: str) -> None:
    """Make what is not there, in a transaction that no other process has at the same time.

    Raises WrongSchema when a table `images` is there that is not ours, or of another version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    found = inspect(connection)
    if found.has_table(_SCHEMA.name):
        _check(connection, url)
        return
    if found.has_table(IMAGES.name):
        raise WrongSchema(url=url, found="a table `images` of somebody else's", known=VERSION)
    for table in (IMAGES, _SCHEMA):
        connection.execute(CreateTable(table))
    for index in _INDEXES:
        connection.execute(CreateIndex(index))
    connection.execute(_SCHEMA.insert().values(version=VERSION))


def _check(connection: Connection, url: str) -> None:
    version = connection.execute(select(_SCHEMA.c.version)).scalar_one_or_none()
    if version != VERSION:
        raise WrongSchema(url=url, found=f"version {version} of our tables", known=VERSION)
