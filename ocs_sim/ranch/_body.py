"""Bodies of requests, read as JSON whatever their Content-Type says."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

from starlette.requests import Request

from ocs_sim.ranch._errors import BadBody, BodyTooLarge, Refused

# More than a document of DynamoDB (400 KiB) holds.
LARGEST_BODY_BYTES = 512 * 1024
# DynamoDB's own limit is 32 levels.
_DEEPEST = 64


async def read_object(request: Request, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Return the body, a JSON object, or an empty one for none if so said. Raises BadBody or BodyTooLarge."""
    body = await _read(request)
    return {} if may_be_empty and not body.strip() else parse_object(body)


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that is in `body`; numbers are finite. Raises BadBody."""
    if not body.strip():
        raise BadBody(fault="there is none, and a JSON object is wanted")
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError:
        raise BadBody(fault="it is not UTF-8") from None
    except RecursionError:
        raise BadBody(fault="it is nested too deeply") from None
    except ValueError as error:
        raise BadBody(fault=f"it is not JSON ({error})") from None
    if not isinstance(found, dict):
        raise BadBody(fault="it is JSON, but not an object")
    _check(found, _DEEPEST)
    return found


def require(body: dict[str, Any], keys: Sequence[str]) -> None:
    """Raise Refused with the documented text for the first of `keys` that is not there."""
    for key in keys:
        if key not in body:
            raise Refused(status=400, text=f"Error: missing required key {key}")


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise BodyTooLarge(limit_bytes=LARGEST_BODY_BYTES)
    return bytes(body)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too large")
    return number


def _check(value: Any, deeper: int) -> None:
    if deeper == 0:
        raise BadBody(fault="it is nested too deeply")
    if isinstance(value, str):
        _encodable(value)
    elif isinstance(value, dict):
        for key, each in value.items():
            _encodable(key)
            _check(each, deeper - 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, deeper - 1)


def _encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadBody(fault="a text has half of a surrogate pair") from None
