"""Answers in the forms that the clients of Photon Ranch know."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.ranch._services import in_thread

# API Gateway calls every body so, plain texts too.
_MEDIA_TYPE = "application/json"


def text(body: str, status: int = 200) -> Response:
    """Return a text without quotes."""
    return Response(body, status, media_type=_MEDIA_TYPE)


def pretty(body: Any, status: int = 200) -> Response:
    """Return JSON as the jobs service writes it, with an indent of four."""
    return Response(json.dumps(body, indent=4), status, media_type=_MEDIA_TYPE)


async def pretty_in_thread(request: Request, make: Callable[[], Any]) -> Response:
    """Let a thread make an answer and write it as JSON: of a long list, both take their time."""
    body = await in_thread(request, lambda: json.dumps(make(), indent=4))
    return Response(body, media_type=_MEDIA_TYPE)


def compact(body: Any, status: int = 200) -> Response:
    """Return JSON on one line."""
    return Response(json.dumps(body), status, media_type=_MEDIA_TYPE)


def message(status: int, body: str) -> Response:
    """Return `{"message": ...}`, as a gateway does."""
    return compact({"message": body}, status)


def metadata() -> dict[str, Any]:
    """Return `{"ResponseMetadata": ...}` of a write that was done, as site software looks for it."""
    request = uuid.uuid4().hex.upper()
    return {
        "ResponseMetadata": {
            "RequestId": request,
            "HTTPStatusCode": 200,
            "HTTPHeaders": {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": request},
            "RetryAttempts": 0,
        }
    }
