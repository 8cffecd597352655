"""What can go wrong with the image database beside what can with every store."""

from __future__ import annotations

from ocs_sim.stores._errors import StoreError


class DriverMissing(StoreError):
    """The image database {url} needs a package that is not installed: `pip install 'ocs-sim[postgres]'`."""


class WrongSchema(StoreError):
    """The image database {url} has {found}, and this program knows version {known} of ours only: give it
    a database of its own, or the program's version that made it."""


class BadImageRecord(StoreError):
    """The image {base_filename!r} cannot be recorded: {fault}."""


class BadImageSearch(StoreError):
    """Images cannot be looked for like this: {fault}."""
