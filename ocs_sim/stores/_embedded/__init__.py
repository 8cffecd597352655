"""Stores in files and SQLite, on this computer."""

from ocs_sim.stores._embedded._objects import FileObjects
from ocs_sim.stores._embedded._opened import EmbeddedStores
from ocs_sim.stores._embedded._queue import SqliteQueue
from ocs_sim.stores._embedded._signing import FormTerms, LinkTerms
from ocs_sim.stores._embedded._table import SqliteTable

__all__ = ["EmbeddedStores", "FileObjects", "FormTerms", "LinkTerms", "SqliteQueue", "SqliteTable"]
