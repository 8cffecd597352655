"""What can be wrong with a request."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class RanchError(ObservatoryError):
    """The request cannot be served: {fault}."""


class Refused(RanchError):
    """{text}"""

    def __init__(self, *, status: int, text: str) -> None:
        """Answer with an HTTP status and a plain text, as clients show it."""
        super().__init__(status=status, text=text)
        self.status = status
        self.text = text


class BadBody(RanchError):
    """The body cannot be used: {fault}."""


class BodyTooLarge(RanchError):
    """The body has more than {limit_bytes} bytes."""


class RanchAddressTaken(RanchError):
    """{host}:{port} cannot be served ({reason}): stop who has it, or choose another port."""
