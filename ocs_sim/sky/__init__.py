"""The stars: named bright ones, deterministic faint ones, and catalogue files."""
