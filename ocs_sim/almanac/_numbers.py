"""What the almanac calculates with."""

from __future__ import annotations

from typing import Any, TypeAlias

Number: TypeAlias = Any
"""A float, or a numpy array of floats: results have the shape to which the arguments broadcast."""
