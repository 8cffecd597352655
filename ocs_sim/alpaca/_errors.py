"""What a device may answer other than what it was asked for, and what is wrong with a request or a server."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError

UNSPECIFIED = 0x4FF
_DRIVER_NUMBERS = range(0x500, 0x1000)


class AlpacaError(ObservatoryError):
    """{text}"""

    # The numbers: ASCOM Alpaca API Reference, "Reserved error numbers and driver error numbers".
    def __init__(self, number: int, text: str) -> None:
        """Answer 200 with this ErrorNumber and ErrorMessage."""
        self.number = number
        super().__init__(number=number, text=text)


class _Refusal(AlpacaError):
    """{text}"""

    NUMBER = UNSPECIFIED

    def __init__(self, text: str) -> None:
        self.number = self.NUMBER
        ObservatoryError.__init__(self, text=text)


class NotImplementedByDevice(_Refusal):
    """Not implemented: {text}"""

    NUMBER = 0x400


class InvalidValue(_Refusal):
    """Invalid value: {text}"""

    NUMBER = 0x401


class ValueNotSet(_Refusal):
    """There is no value yet: {text}"""

    NUMBER = 0x402


class NotConnected(_Refusal):
    """Not connected: {text}"""

    NUMBER = 0x407


class InvalidWhileParked(_Refusal):
    """Not while parked: {text}"""

    NUMBER = 0x408


class InvalidWhileSlaved(_Refusal):
    """Not while slaved: {text}"""

    NUMBER = 0x409


class InvalidOperation(_Refusal):
    """Not possible now: {text}"""

    NUMBER = 0x40B


class ActionNotImplemented(_Refusal):
    """There is no such action: {text}"""

    NUMBER = 0x40C


class OperationCancelled(_Refusal):
    """Cancelled: {text}"""

    NUMBER = 0x40E


class DriverError(AlpacaError):
    """{text}"""

    def __init__(self, text: str, number: int = 0x500) -> None:
        """Say that the device itself has failed; numbers 0x500 to 0xFFF are the driver's own."""
        if number not in _DRIVER_NUMBERS:
            raise ValueError(f"A driver's error numbers are 0x500 to 0xFFF, not {number:#x}.")
        super().__init__(number, text)


class BadRequest(ObservatoryError):
    """{text}"""

    def __init__(self, text: str, status: int = 400) -> None:
        """Answer with this HTTP status and a plain text, as a request deserves that makes no sense."""
        self.status = status
        super().__init__(text=text, status=status)


class MethodNotAllowed(BadRequest):
    """{path} takes {allowed} only."""

    def __init__(self, path: str, allowed: str) -> None:
        """Answer with 405."""
        self.status = 405
        self.allowed = allowed
        ObservatoryError.__init__(self, path=path, allowed=allowed)


class ServerError(ObservatoryError):
    """The Alpaca server cannot be started."""


class AddressTaken(ServerError):
    """Nothing can be served at {host}:{port}: {reason}.
    Another program may have it (`ss -ltnp` shows which): end that, or choose another with --port.
    """


class DiscoveryTaken(ServerError):
    """UDP port {port} cannot be listened to for discovery: {reason}.
    Choose another, or leave discovery off.
    """


class DevicesClash(ServerError, ValueError):
    """Two devices are {type} number {number}: give each of a type a number of its own."""
