"""Geometry of a telescope in its dome: pure functions of numbers."""

from ocs_sim.geometry._dome import Aim, DomeGeometry, clear_fraction, required_azimuth

__all__ = ["Aim", "DomeGeometry", "clear_fraction", "required_azimuth"]
