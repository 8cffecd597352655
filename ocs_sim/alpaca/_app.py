"""What is answered to each request: an ASGI application over devices."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from ocs_sim.alpaca._asgi import (
    ClientGone,
    Handler,
    Headers,
    Receive,
    Scope,
    Send,
    header,
    read_body,
    send_json,
    send_text,
)
from ocs_sim.alpaca._calls import Call, Endpoint, endpoints_of
from ocs_sim.alpaca._device import Device
from ocs_sim.alpaca._errors import (
    AlpacaError,
    BadRequest,
    DevicesClash,
    MethodNotAllowed,
    NotConnected,
)
from ocs_sim.alpaca._fields import Fields
from ocs_sim.alpaca._images import send_image
from ocs_sim.alpaca._json import NO_VALUE, envelope, refusal
from ocs_sim.alpaca._management import ServerDescription, management_routes
from ocs_sim.alpaca._pages import page_routes
from ocs_sim.alpaca._panels import SetupPanel
from ocs_sim.alpaca._setup_api import api_routes
from ocs_sim.alpaca._trouble import Trouble
from ocs_sim.errors import ObservatoryError

_log = logging.getLogger(__name__)
_FORM = b"application/x-www-form-urlencoded"
_HIGHEST_ID = 2**32 - 1
_SHOWN = 100
# A scope's own: the HeldTransport, which can also close a connection without an answer.
TRANSPORT = "ocs_sim.transport"


class Application:
    """Devices at their addresses, and the pages that show them."""

    def __init__(
        self,
        devices: Sequence[Device],
        description: ServerDescription | None = None,
        panels: Sequence[SetupPanel] = (),
    ) -> None:
        self.devices = tuple(devices)
        self._endpoints: dict[str, Endpoint] = {}
        for device in devices:
            found = endpoints_of(device)
            if not self._endpoints.keys().isdisjoint(found):
                raise DevicesClash(type=device.device_type, number=device.number)
            self._endpoints.update(found)
        self._transactions = itertools.count(1)
        self.description = described = description or ServerDescription()
        endpoints = list(self._endpoints.values())
        self._routes: dict[str, Handler] = {
            **management_routes(self.devices, described, self.next_transaction),
            **api_routes(self.devices, endpoints, described, panels),
            **page_routes(self.devices),
        }

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
        path = scope["path"]
        endpoint = self._endpoints.get(path)
        try:
            if endpoint is not None:
                await self._answer(endpoint, scope, receive, send)
            elif path in self._routes:
                await self._routes[path](scope, receive, send)
            else:
                raise BadRequest(f"Nothing is at {path[:_SHOWN]}: no such device type, number or member.")
        except BadRequest as error:
            await _refuse(send, error)
        except ClientGone:
            return
        except asyncio.CancelledError:
            # The server ends, and this would take too long.
            with contextlib.suppress(ClientGone):
                await _drop(scope, receive)
        except Exception:
            _log.exception("%s %s cannot be answered", scope["method"], path)
            # Nothing can be said where an answer has begun; the server then closes the connection.
            with contextlib.suppress(RuntimeError):
                await send_text(send, 500, "Something is wrong in the server; its log says what.")

    async def _answer(self, endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
        method, call = scope["method"], endpoint.get
        if method == "GET" and call is not None:
            fields = Fields(scope["query_string"], any_case=True)
        elif method == "PUT" and endpoint.put is not None:
            call = endpoint.put
            fields = Fields(await _form(scope, receive), any_case=False)
        else:
            raise MethodNotAllowed(path=scope["path"], allowed=endpoint.methods)
        client = fields.identity(b"ClientID")
        transaction = fields.identity(b"ClientTransactionID")
        number = self.next_transaction()
        try:
            trouble = endpoint.device.trouble()
            if trouble is not None:
                await _suffer(trouble, scope, receive)
            value = _called(call, endpoint.device, fields, client)
            if call.is_async:
                value = await value
            if isinstance(value, np.ndarray) and value.ndim == 2:
                await send_image(scope, send, value, transaction, number)
                return
            body = envelope(value if call.has_value else NO_VALUE, transaction, number)
        except AlpacaError as error:
            body = refusal(error, transaction, number)
        except BadRequest:
            raise
        except ObservatoryError as error:
            body = refusal(endpoint.device.refusal(error), transaction, number)
        await send_json(send, body, scope.get(TRANSPORT))


def _called(call: Call, device: Device, fields: Fields, client: int) -> Any:
    arguments = call.arguments(fields, client)
    if not call.works_disconnected and not device.connections.is_connected(client):
        raise NotConnected(f"connect to {device.name} first.")
    return call.function(**arguments)


async def _form(scope: Scope, receive: Receive) -> bytes:
    body = await read_body(receive)
    # Those who send no type mean a form: a PUT has nothing else.
    kind = header(scope, b"content-type")
    if not body or kind is None or kind == _FORM or kind.partition(b";")[0].strip().lower() == _FORM:
        return body
    raise BadRequest(f"The parameters of a PUT come as {_FORM.decode()}.")


async def _suffer(trouble: Trouble, scope: Scope, receive: Receive) -> None:
    if trouble.delay_seconds > 0:
        await asyncio.sleep(trouble.delay_seconds)
    if trouble.drop_connection:
        await _drop(scope, receive)
    if trouble.error is not None:
        raise trouble.error


async def _refuse(send: Send, error: BadRequest) -> None:
    extra: Headers = ()
    if isinstance(error, MethodNotAllowed):
        extra = ((b"allow", error.allowed.encode()),)
    # The rest of a body that was not read would be taken for the next request.
    if error.status in (408, 413):
        extra = ((b"connection", b"close"),)
    await send_text(send, error.status, str(error), extra)


async def _drop(scope: Scope, receive: Receive) -> None:
    transport = scope.get(TRANSPORT)
    if transport is not None:
        transport.abort()
    while transport is not None and (await receive())["type"] != "http.disconnect":
        pass
    raise ClientGone
