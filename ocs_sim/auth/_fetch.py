"""Fetching a set of keys: briefly, not too much, and only from where nobody else can answer."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ocs_sim.auth._errors import BadIssuer, KeysUnreachable
from ocs_sim.auth._rsa import keys_of_jwks

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_MOST_BYTES = 2**20


def check_key_address(url: str) -> None:
    """Raise BadIssuer for an address at which somebody in between could put keys of his own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadIssuer(issuer=url, fault="it is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadIssuer(issuer=url, fault="keys are fetched from an https:// address")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise BadIssuer(issuer=url, fault="keys that come over the network need https")


def fetch_keys(url: str, timeout_seconds: float) -> tuple[object, dict[str | None, RSAPublicKey]]:
    """Return the set at an address, and its keys by their ids. Raises KeysUnreachable."""
    import requests

    try:
        # A redirection could lead to where check_key_address would not let us go.
        with requests.Session() as session:
            session.trust_env = not _is_here(urlsplit(url).hostname or "")
            answer = session.get(url, timeout=timeout_seconds, allow_redirects=False, stream=True)
            with answer:
                if answer.status_code != requests.codes.ok:
                    raise KeysUnreachable(url=url, fault=f"it answers {answer.status_code}")
                document: object = json.loads(_body(answer.iter_content(65536)))
                return document, keys_of_jwks(document)
    except (requests.RequestException, OSError) as error:
        raise KeysUnreachable(url=url, fault=f"it does not answer ({type(error).__name__})") from error
    except (ValueError, RecursionError) as error:
        raise KeysUnreachable(url=url, fault=str(error)) from error


def _body(pieces: Iterable[bytes]) -> bytes:
    body = b""
    for piece in pieces:
        body += piece
        if len(body) > _MOST_BYTES:
            raise ValueError("what it answers is too long for a set of keys")
    return body


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
