"""Stores in files and SQLite, on this computer."""
