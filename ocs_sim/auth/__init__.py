"""Who is asking: tokens, roles, and keys of sites."""
