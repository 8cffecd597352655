"""Where a telescope looks through a dome."""
