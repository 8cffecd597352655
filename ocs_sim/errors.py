"""The root of every error that a user is meant to read."""

from __future__ import annotations

import inspect
from typing import Any


class ObservatoryError(Exception):
    """Something in the observatory went wrong."""

    def __init__(self, **facts: Any) -> None:
        """Fill the class's docstring with `facts`: the docstring is the sentence that the user reads."""
        self.facts = facts
        super().__init__(inspect.cleandoc(type(self).__doc__ or "").format(**facts))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.facts))


def _rebuild(kind: type[ObservatoryError], facts: dict[str, Any]) -> ObservatoryError:
    return kind(**facts)
