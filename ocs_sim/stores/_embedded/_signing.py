"""Links and forms that only we can have made: HMAC-SHA256 over what they allow, and until when.

As S3's, but served by our own HTTP server: a link is `{base}/{key}?expires=..&signature=..[&filename=..]`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from ocs_sim.clock import Clock
from ocs_sim.stores._embedded._faults import explained
from ocs_sim.stores._errors import LinkRefused, NotAStore
from ocs_sim.stores._object_port import UploadForm

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """What a link promises: the name to save as (GET), the content type that is to come (PUT)."""

    filename: str | None
    content_type: str | None


@dataclass(frozen=True, slots=True)
class FormTerms:
    """What a form allows to be uploaded: `max_bytes` at most, of `content_type` if it says one."""

    key: str
    max_bytes: int | None
    content_type: str | None


class Signer:
    """Makes links and forms, and knows its own again."""

    def __init__(self, secret: bytes, link_base: str, clock: Clock) -> None:
        self._secret = secret
        self._link_base = link_base.rstrip("/")
        self._clock = clock

    def link(
        self,
        method: str,
        key: str,
        seconds: int,
        *,
        filename: str | None = None,
        content_type: str | None = None,
    ) -> str:
        """Return a URL for one method on one object."""
        query = {"expires": str(int(self._clock.time()) + seconds)}
        if filename is not None:
            query["filename"] = filename
        if content_type is not None:
            query["content_type"] = content_type
        query["signature"] = self._signature([method, key, query])
        return f"{self._link_base}/{quote(key)}?{urlencode(query)}"

    def check_link(self, method: str, key: str, query: Mapping[str, str]) -> LinkTerms:
        """Return what a link says. Raises LinkRefused for one which has expired or is not ours."""
        # A HEAD tells no more than a GET.
        signed = {name: value for name, value in query.items() if name != "signature"}
        self._check([("GET" if method == "HEAD" else method), key, signed], query.get("signature", ""))
        self._check_time(int(signed.get("expires", "0")))
        return LinkTerms(signed.get("filename"), signed.get("content_type"))

    def form(self, terms: FormTerms, seconds: int) -> UploadForm:
        """Return the fields of a form that may be posted to `link_base`."""
        expires = int(self._clock.time()) + seconds
        policy = json.dumps([expires, terms.key, terms.max_bytes, terms.content_type])
        fields = {"key": terms.key, "policy": base64.b64encode(policy.encode()).decode()}
        if terms.content_type is not None:
            fields["Content-Type"] = terms.content_type
        fields["signature"] = self._signature(["POST", fields["policy"]])
        return UploadForm(self._link_base, fields)

    def check_form(self, fields: Mapping[str, str]) -> FormTerms:
        """Return what a form allows. Raises LinkRefused for one which has expired or is not ours."""
        policy = fields.get("policy", "")
        self._check(["POST", policy], fields.get("signature", ""))
        try:
            expires, key, max_bytes, content_type = json.loads(base64.b64decode(policy))
        except (binascii.Error, ValueError) as error:
            raise LinkRefused(fault="its policy cannot be read") from error
        self._check_time(expires)
        if fields.get("key") != key:
            raise LinkRefused(fault="it is for another object")
        if content_type is not None and fields.get("Content-Type") != content_type:
            raise LinkRefused(fault="it is for another content type")
        return FormTerms(key, max_bytes, content_type)

    def _signature(self, signed: list[Any]) -> str:
        text = json.dumps(signed, sort_keys=True).encode()
        return hmac.digest(self._secret, text, "sha256").hex()

    def _check(self, signed: list[Any], signature: str) -> None:
        # In bytes: hmac compares only texts of ASCII.
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode(errors="replace")):
            raise LinkRefused(fault="its signature is not ours, or something in it was changed")

    def _check_time(self, expires_unix: int) -> None:
        if self._clock.time() >= expires_unix:
            raise LinkRefused(fault="it has expired")


def kept_secret(path: Path) -> bytes:
    """Return the secret in a file that only its owner may read; make one at the first time."""
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        while not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    if len(secret) < _SECRET_BYTES:
        raise NotAStore(path=path, what="the secret of our links", fault=f"it has {len(secret)} bytes")
    return secret


def _make_secret(path: Path) -> None:
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, not a rename: of two processes at once, the first one's stays.
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
