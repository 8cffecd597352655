"""Documents in DynamoDB's notation, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any

from ocs_sim.stores._documents import normal_value
from ocs_sim.stores._table_port import Document

_PLAIN = 10**38
_EXACT = Context(prec=200)


def encode(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as DynamoDB writes it. Raises LimitExceeded for what it cannot hold."""
    return {name: encode_value(value) for name, value in document.items()}


def encode_value(value: Any) -> dict[str, Any]:
    """Return one value in DynamoDB's notation. Raises LimitExceeded for what it cannot hold."""
    return _encoded(normal_value(value, "a value")[0])


def decode(item: Mapping[str, Any]) -> Document:
    """Return what DynamoDB wrote as a document; whole numbers are int."""
    return {name: decode_value(value) for name, value in item.items()}


def decode_value(value: Mapping[str, Any]) -> Any:
    """Return the value that DynamoDB's notation means."""
    ((kind, content),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _whole_or_decimal(content)
        case "M":
            return decode(content)
        case "L":
            return [decode_value(element) for element in content]
        case "B":
            return bytes(content)
        case "NS":
            # Sets, which only others write, have no order.
            return sorted(_whole_or_decimal(element) for element in content)
        case "SS" | "BS":
            return sorted(content)
    return content


def _encoded(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": _digits(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case list():
            return {"L": [_encoded(element) for element in value]}
    return {"M": {name: _encoded(element) for name, element in value.items()}}


def _digits(number: int | Decimal) -> str:
    """Return a number with its 38 significant digits at most: zeros at the end would count."""
    if isinstance(number, int) and -_PLAIN < number < _PLAIN:
        return str(number)
    return str(Decimal(number).normalize(_EXACT))


def _whole_or_decimal(text: str) -> int | Decimal:
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number
