"""The agents of the observatory: one module each."""
