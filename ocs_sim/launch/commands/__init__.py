"""One module for each obsbow command."""
