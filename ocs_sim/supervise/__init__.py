"""Child processes that come back: start, watch, adopt, restart, stop."""
