"""Measurements side by side with the peer where there is one; ratios within one run are what counts."""
