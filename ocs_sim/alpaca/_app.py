"""What is answered to each request: an ASGI application over devices."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from ocs_sim.alpaca._asgi import ClientGone, Receive, Scope, Send, header, read_body, send_json, send_text
from ocs_sim.alpaca._calls import Call, Endpoint, endpoints_of
from ocs_sim.alpaca._device import Device
from ocs_sim.alpaca._errors import AlpacaError, BadRequest, DevicesClash, NotConnected
from ocs_sim.alpaca._fields import Fields
from ocs_sim.alpaca._images import send_image
from ocs_sim.alpaca._json import NO_VALUE, envelope, refusal
from ocs_sim.errors import ObservatoryError

_log = logging.getLogger(__name__)
_FORM = b"application/x-www-form-urlencoded"
_HIGHEST_ID = 2**32 - 1
# A scope's own: what closes a connection without an answer.
TRANSPORT = "ocs_sim.transport"


class Application:
    """Devices at their addresses."""

    def __init__(self, devices: Sequence[Device]) -> None:
        self.devices = tuple(devices)
        self._endpoints: dict[str, Endpoint] = {}
        for device in devices:
            found = endpoints_of(device)
            if not self._endpoints.keys().isdisjoint(found):
                raise DevicesClash(type=device.device_type, number=device.number)
            self._endpoints.update(found)
        self._transactions = itertools.count(1)

    def next_transaction(self) -> int:
        """Return the number of the next answer, from 1."""
        number = next(self._transactions)
        if number == _HIGHEST_ID:
            self._transactions = itertools.count(1)
        return number

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            endpoint = self._endpoints.get(scope["path"])
            if endpoint is None:
                raise BadRequest(f"Nothing is at {scope['path']}: no such device type, number or member.")
            await self._answer(endpoint, scope, receive, send)
        except BadRequest as error:
            await _refuse(send, error)
        except ClientGone:
            return
        except Exception:
            _log.exception("%s %s cannot be answered", scope["method"], scope["path"])
            await send_text(send, 500, "Something is wrong in the server; its log says what.")

    async def _answer(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        call, fields = await _request(endpoint, scope, receive)
        client = fields.identity(b"ClientID")
        transaction = fields.identity(b"ClientTransactionID")
        number = self.next_transaction()
        try:
            trouble = endpoint.device.trouble()
            if trouble is not None:
                if trouble.delay_seconds > 0:
                    await asyncio.sleep(trouble.delay_seconds)
                if trouble.drop_connection:
                    await _drop(scope, receive)
                if trouble.error is not None:
                    raise trouble.error
            value = await _value(call, endpoint, fields, client)
            if isinstance(value, np.ndarray) and value.ndim > 1:
                await send_image(scope, send, value, transaction, number)
                return
            body = envelope(value if call.has_value else NO_VALUE, transaction, number)
        except AlpacaError as error:
            body = refusal(error, transaction, number)
        except (BadRequest, ClientGone):
            raise
        except ObservatoryError as error:
            body = refusal(endpoint.device.refusal(error), transaction, number)
        await send_json(send, body)


async def _refuse(send: Send, error: BadRequest) -> None:
    extra: tuple[tuple[bytes, bytes], ...] = ()
    if error.status == 405:
        extra = ((b"allow", b"GET, PUT"),)
    # The rest of a body that was not read would be taken for the next request.
    if error.status in (408, 413):
        extra = ((b"connection", b"close"),)
    await send_text(send, error.status, str(error), extra)


async def _request(endpoint: Endpoint, scope: Scope, receive: Receive) -> tuple[Call, Fields]:
    method = scope["method"]
    call = endpoint.get if method == "GET" else endpoint.put if method == "PUT" else None
    if call is None:
        raise BadRequest(f"{endpoint.member} does not know {method}.", 405)
    if method == "GET":
        return call, Fields(scope["query_string"], any_case=True)
    body = await read_body(scope, receive)
    kind = header(scope, b"content-type")
    if body and kind is not None and kind.partition(b";")[0].strip().lower() != _FORM:
        raise BadRequest(f"The parameters of a PUT come as {_FORM.decode()}.")
    return call, Fields(body, any_case=False)


async def _value(call: Call, endpoint: Endpoint, fields: Fields, client: int) -> Any:
    arguments = call.arguments(fields, client)
    device = endpoint.device
    if not call.works_disconnected and not device.connections.is_connected(client):
        raise NotConnected(f"connect to {device.name} first.")
    value = call.function(**arguments)
    return await value if call.is_async else value


async def _drop(scope: Scope, receive: Receive) -> None:
    transport = scope.get(TRANSPORT)
    if transport is not None:
        transport.abort()
    while transport is not None and (await receive())["type"] != "http.disconnect":
        pass
    raise ClientGone
