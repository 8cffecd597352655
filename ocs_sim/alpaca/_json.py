"""The envelope around every answer, and the JSON of values, made by hand where that is faster."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from json.encoder import encode_basestring_ascii
from typing import Any

import numpy as np

from ocs_sim.alpaca._errors import AlpacaError, ValueNotSet

NO_VALUE = object()


def encode_value(value: Any) -> str:
    """Return a value's JSON; raises ValueNotSet for what is not finite, since JSON has no word for it."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueNotSet(f"the device has {value} for it.")
        return float.__repr__(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, str) and not isinstance(value, Enum):
        return encode_basestring_ascii(value)
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_plain)
    except ValueError:
        raise ValueNotSet("a part of it is not a finite number.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON")


def finite_json(value: Any) -> bytes:
    """Return a value's JSON for a page, with null for what is not finite."""
    return json.dumps(_finite(value), allow_nan=False, default=str).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


def envelope(value: Any, client_transaction: int, server_transaction: int) -> bytes:
    """Return an answer; without a Value when that is NO_VALUE."""
    shown = "" if value is NO_VALUE else f'"Value":{encode_value(value)},'
    return (
        f'{{{shown}"ClientTransactionID":{client_transaction},"ServerTransactionID":{server_transaction},'
        '"ErrorNumber":0,"ErrorMessage":""}'
    ).encode()


def refusal(error: AlpacaError, client_transaction: int, server_transaction: int) -> bytes:
    """Return an answer that says why there is none."""
    return (
        f'{{"ClientTransactionID":{client_transaction},"ServerTransactionID":{server_transaction},'
        f'"ErrorNumber":{error.number},"ErrorMessage":{encode_basestring_ascii(str(error))}}}'
    ).encode()
