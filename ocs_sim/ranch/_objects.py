"""/objects: files by the signed links and forms of the embedded store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ocs_sim.ranch._errors import BadBody
from ocs_sim.ranch._file_answer import FileAnswer, OpenFile, open_file
from ocs_sim.ranch._form import FormReader
from ocs_sim.ranch._ranges import asked_span
from ocs_sim.ranch._services import in_thread, services_of
from ocs_sim.ranch._spool import Spool
from ocs_sim.stores import LinkRefused, ObjectInfo, ObjectStore

_ANY_TYPE = "application/octet-stream"

objects = APIRouter(prefix="/objects", tags=["files"])


class LinkTerms(Protocol):
    """What a signed link allows."""

    filename: str | None
    content_type: str | None


class FormTerms(Protocol):
    """What a signed form allows."""

    key: str
    max_bytes: int | None
    content_type: str | None


class SignedObjects(ObjectStore, Protocol):
    """A store that can tell its own links and forms from forged ones, both by raising LinkRefused."""

    def check_link(self, method: str, key: str, query: Mapping[str, str]) -> LinkTerms:
        """Return what a link allows."""
        ...

    def check_form(self, fields: Mapping[str, str]) -> FormTerms:
        """Return what a form allows."""
        ...


@objects.get("/{key:path}")
@objects.head("/{key:path}", include_in_schema=False)
async def download(request: Request, key: str) -> Response:
    """Send a file, or the range of it that is asked for, to who has a link."""
    store = _store(request)
    query = dict(request.query_params)
    terms = await in_thread(request, lambda: store.check_link("GET", key, query))
    file = await in_thread(request, lambda: open_file(store, key))
    headers = _headers(file.info, terms)
    if request.headers.get("if-none-match") == headers["ETag"]:
        file.close()
        return Response(status_code=304, headers=headers)
    return _send(request, file, headers)


def _send(request: Request, file: OpenFile, headers: dict[str, str]) -> Response:
    size_bytes = file.info.size_bytes
    wanted = request.headers.get("range")
    if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        wanted = None
    try:
        span = asked_span(wanted, size_bytes)
    except ValueError:
        file.close()
        headers["Content-Range"] = f"bytes */{size_bytes}"
        return Response(status_code=416, headers=headers)
    if span is not None:
        headers["Content-Range"] = span.header(size_bytes)
    start, end = (0, size_bytes) if span is None else (span.start, span.end)
    return FileAnswer(request, file, start, end, headers, 200 if span is None else 206)


@objects.put("/{key:path}")
async def upload(request: Request, key: str) -> Response:
    """Take a file from who has a link to upload it."""
    store = _store(request)
    query = dict(request.query_params)
    terms = await in_thread(request, lambda: store.check_link("PUT", key, query))
    content_type = request.headers.get("content-type")
    if terms.content_type is not None and content_type != terms.content_type:
        raise LinkRefused(fault=f"the Content-Type must be {terms.content_type}")
    spool = Spool(request, services_of(request).max_upload_bytes)
    try:
        async for chunk in request.stream():
            await spool.write(chunk)
        info = await _put(request, key, spool, content_type)
    finally:
        spool.close()
    return Response(headers={"ETag": _etag(info)})


@objects.post("", status_code=204)
async def post(request: Request) -> Response:
    """Take a file by a signed form, as S3 does: its fields first, then the part `file`; the answer is 204."""
    reader = FormReader(request.headers.get("content-type"))
    store, terms = _store(request), None
    spool = Spool(request, services_of(request).max_upload_bytes)
    try:
        async for chunk in request.stream():
            content = reader.feed(chunk)
            if reader.has_file and terms is None:
                terms = await in_thread(request, lambda: store.check_form(reader.fields))
                spool.limit(terms.max_bytes)
            await spool.write(content)
        reader.finish()
        if terms is None:
            raise BadBody(fault="the form has no part `file`")
        info = await _put(request, terms.key, spool, terms.content_type)
    finally:
        spool.close()
    return Response(status_code=204, headers={"ETag": _etag(info)})


async def _put(request: Request, key: str, spool: Spool, content_type: str | None) -> ObjectInfo:
    file, store = await spool.file(), services_of(request).objects
    return await in_thread(request, lambda: store.put(key, file, content_type=content_type or _ANY_TYPE))


def _store(request: Request) -> SignedObjects:
    store = services_of(request).objects
    if not hasattr(store, "check_link"):
        raise LinkRefused(fault="files are kept elsewhere, where their links lead")
    return cast("SignedObjects", store)


def _headers(info: ObjectInfo, terms: LinkTerms) -> dict[str, str]:
    found = {
        "ETag": _etag(info),
        "Accept-Ranges": "bytes",
        "Content-Type": info.content_type,
        # What people uploaded must not act in the name of this service, whatever it is.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    if terms.filename:
        found["Content-Disposition"] = _disposition(terms.filename)
    return found


def _disposition(filename: str) -> str:
    plain = "".join(
        each if each.isascii() and each.isprintable() and each not in '"\\' else "_" for each in filename
    )
    named = f'attachment; filename="{plain}"'
    # RFC 6266, 4.3: who knows `filename*` takes it.
    return named if plain == filename else f"{named}; filename*=UTF-8''{quote(filename, safe='')}"


def _etag(info: ObjectInfo) -> str:
    return f'"{info.etag.strip(chr(34))}"'
