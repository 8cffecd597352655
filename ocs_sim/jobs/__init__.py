"""A job: what it is, how it lives, and where it is kept."""
