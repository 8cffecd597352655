"""The websocket of photonranch-datastreamer: what happens to a site's jobs, as it happens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from ocs_sim.auth import AuthError
from ocs_sim.ranch._access import check_reader
from ocs_sim.ranch._answers import message
from ocs_sim.ranch._hub import Hub, Listener
from ocs_sim.ranch._watch import JobWatch

_NOT_ALLOWED = 1008
_CHANGE_SITE = "updatesubscribersite"

datastream = APIRouter()


@datastream.websocket("/datastream")
@datastream.websocket("/dev")
async def listen(websocket: WebSocket) -> None:
    """Send `{"site", "topic", "data"}` for each change of a job of `?site=`."""
    site = websocket.query_params.get("site")
    if not site:
        await websocket.send_denial_response(message(400, "Say of which site: /datastream?site=CODE"))
        return
    try:
        await check_reader(websocket, site)
    except AuthError:
        await websocket.send_denial_response(message(401, "Unauthorized"))
        return
    hub: Hub = websocket.app.state.hub
    watch: JobWatch = websocket.app.state.watch
    with hub.listener(site) as listener:
        await watch.ready()
        await websocket.accept()
        await _serve(websocket, listener)


async def _serve(websocket: WebSocket, listener: Listener) -> None:
    tasks = [
        asyncio.create_task(_send(websocket, listener)),
        asyncio.create_task(_receive(websocket, listener)),
        asyncio.create_task(listener.is_too_slow.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    # Who is too slow is let go without a word, which would have to wait for him as well.
    if not listener.is_too_slow.is_set() and any(isinstance(end, AuthError) for end in ends):
        await websocket.close(_NOT_ALLOWED, "Unauthorized")


async def _send(websocket: WebSocket, listener: Listener) -> None:
    while True:
        await websocket.send_text(await listener.frames.get())


async def _receive(websocket: WebSocket, listener: Listener) -> None:
    while True:
        try:
            site = _wanted_site(await websocket.receive())
        except WebSocketDisconnect:
            return
        if site:
            await check_reader(websocket, site)
            listener.site = site


def _wanted_site(event: Any) -> str | None:
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1000))
    try:
        wish = json.loads(event.get("text") or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(wish, dict) or wish.get("action") != _CHANGE_SITE:
        return None
    site = wish.get("site")
    return site if isinstance(site, str) else None
