"""Fetching an image from an Alpaca camera straight into an array of rows and columns.

alpyca's own way holds its process-wide lock for as long as the transfer lasts, has no timeout, and has the
image four times in memory. Here it is there once: what comes is turned, a block of columns at a time, into
its place. Format: ASCOM Alpaca API Reference, "ImageBytes".
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from ._errors import BadImage, ImageLost, ImageRefused

_HEADER = struct.Struct("<11i")
_TYPES = {1: "<i2", 2: "<i4", 3: "<f8", 4: "<f4", 5: "<u8", 6: "<u1", 7: "<i8", 8: "<u2", 9: "<u4"}
_FLAT_RANK = 2
_IMAGEBYTES = "application/imagebytes"
_BLOCK_BYTES = 2**20
_CONNECT_SECONDS = 5.0
_LARGEST_UINT16 = 65_535
_TELLING_CHARACTERS = 200
OnProgress = Callable[[float], None]
OnCancel = Callable[[Callable[[], None]], Callable[[], None]]


def fetch_image(
    device_url: str,
    *,
    timeout_seconds: float,
    client_id: int = 0,
    on_progress: OnProgress | None = None,
    on_cancel: OnCancel | None = None,
) -> Any:
    """Return the image of a camera, shape (rows, columns), uint16 where that holds it.

    `device_url` is `http://HOST:PORT/api/v1/camera/NUMBER`; `timeout_seconds` is how long the camera may be
    silent. `on_progress` is called with the fraction that has come; what it raises ends the transfer, as does
    the call, from any thread, of what `on_cancel` is given (it returns what takes that back).
    Raises ImageLost when the connection breaks, ImageRefused when the camera says no, BadImage.
    """
    where = urlsplit(device_url)
    # Nothing can interrupt who waits for a connection.
    soon = min(timeout_seconds, _CONNECT_SECONDS)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=soon)
    forget = None
    try:
        connection.connect()
        connection.sock.settimeout(timeout_seconds)
        forget = on_cancel(partial(_interrupt, connection.sock)) if on_cancel else None
        path = f"{where.path}/imagearray?ClientID={client_id}&ClientTransactionID=1"
        connection.request("GET", path, headers={"Accept": f"{_IMAGEBYTES}, application/json;q=0.5"})
        return _read(connection.getresponse(), on_progress)
    except (OSError, http.client.HTTPException) as fault:
        raise ImageLost(fault=str(fault) or type(fault).__name__) from fault
    finally:
        if forget is not None:
            forget()
        connection.close()


def _interrupt(connected: socket.socket) -> None:
    # Who waits for bytes is told at once that there are none; closing would not wake it up.
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _read(response: http.client.HTTPResponse, on_progress: OnProgress | None) -> Any:
    if response.status != http.client.OK:
        text = response.read().decode("utf-8", "replace")[:_TELLING_CHARACTERS]
        raise BadImage(fault=f"HTTP {response.status}: {text}")
    if _IMAGEBYTES in response.headers.get("Content-Type", ""):
        return _read_bytes(response, on_progress)
    return _read_json(response.read())


def _read_bytes(response: http.client.HTTPResponse, on_progress: OnProgress | None) -> Any:
    head = _HEADER.unpack(_take(response, bytearray(_HEADER.size)))
    version, error, start, kind, rank, columns, rows = head[0], head[1], head[4], *head[6:10]
    _take(response, bytearray(max(start - _HEADER.size, 0)))
    if error:
        raise ImageRefused(number=error, text=response.read().decode("utf-8", "replace"))
    if version != 1 or kind not in _TYPES or rank != _FLAT_RANK or rows < 1 or columns < 1:
        raise BadImage(fault=f"version {version}, element type {kind}, rank {rank}, {columns} x {rows}")
    return _fill(response, np.dtype(_TYPES[kind]), (rows, columns), on_progress)


def _fill(
    response: http.client.HTTPResponse, dtype: Any, shape: tuple[int, int], on_progress: OnProgress | None
) -> Any:
    rows, columns = shape
    image = np.empty(shape, dtype=dtype.newbyteorder("="))
    # Whole columns come; turning several at once spares the cache.
    at_once = max(1, min(columns, _BLOCK_BYTES // (rows * dtype.itemsize)))
    buffer = bytearray(at_once * rows * dtype.itemsize)
    for first in range(0, columns, at_once):
        last = min(first + at_once, columns)
        block = _take(response, memoryview(buffer)[: (last - first) * rows * dtype.itemsize])
        image[:, first:last] = np.frombuffer(block, dtype=dtype).reshape(last - first, rows).T
        if on_progress is not None:
            on_progress(last / columns)
    return as_uint16(image)


def _take(response: http.client.HTTPResponse, buffer: bytearray | memoryview) -> bytearray | memoryview:
    """Fill the whole buffer."""
    view, filled = memoryview(buffer), 0
    while filled < len(view):
        got = response.readinto(view[filled:])
        if not got:
            raise ImageLost(fault="the connection ended in the middle of the image")
        filled += got
    return buffer


def _read_json(body: bytes) -> Any:
    try:
        answer = json.loads(body)
    except ValueError as fault:
        raise BadImage(fault=f"neither ImageBytes nor JSON ({fault})") from fault
    if answer.get("ErrorNumber"):
        raise ImageRefused(number=answer["ErrorNumber"], text=answer.get("ErrorMessage", ""))
    image = np.asarray(answer.get("Value"))
    if image.ndim != _FLAT_RANK or image.dtype.kind not in "iuf":
        raise BadImage(fault=f"it has {image.ndim} dimensions")
    return as_uint16(np.ascontiguousarray(image.T))


def as_uint16(image: Any) -> Any:
    """Return an image as uint16 if that keeps its values, itself otherwise."""
    if image.dtype == np.uint16 or image.dtype.kind not in "iu":
        return image
    if image.size and (image.min() < 0 or image.max() > _LARGEST_UINT16):
        return image
    return image.astype(np.uint16)
