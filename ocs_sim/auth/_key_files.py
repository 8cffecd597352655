"""An issuer's keys in a file: nothing is fetched, ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.auth._errors import BadKeyFile, Unauthorized
from ocs_sim.auth._rsa import key_of_pem, keys_of_jwks
from ocs_sim.auth._watched_file import WatchedFile

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey


class PemKey:
    """The key of a PEM certificate or public key: for tokens with whatever `kid`."""

    def __init__(self, path: Path) -> None:
        """Read the file, and again when it changes. Raises BadKeyFile."""
        self._key = WatchedFile(path, _read_pem)
        self._key.content()

    def key(self, key_id: str | None) -> RSAPublicKey:  # noqa: ARG002 - one key for all
        """Return the key. Raises BadKeyFile when the file has changed for the worse."""
        return self._key.content()


class JwksFile:
    """The keys of a JSON web key set in a file."""

    def __init__(self, path: Path) -> None:
        """Read the file, and again when it changes. Raises BadKeyFile."""
        self._keys = WatchedFile(path, _read_jwks)
        self._keys.content()

    def key(self, key_id: str | None) -> RSAPublicKey:
        """Return a key by its id. Raises Unauthorized without it, BadKeyFile as above."""
        return choose_key(self._keys.content(), key_id)


def choose_key(keys: Mapping[str | None, RSAPublicKey], key_id: str | None) -> RSAPublicKey:
    """Return the key of an id; a token without `kid` gets the only one. Raises Unauthorized."""
    if key_id is None and len(keys) == 1:
        return next(iter(keys.values()))
    if key_id not in keys:
        raise Unauthorized(reason="the token is signed with a key that its issuer does not list")
    return keys[key_id]


def _read_pem(path: Path) -> RSAPublicKey:
    try:
        return key_of_pem(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadKeyFile(path=path, fault=_fault(error)) from error


def _read_jwks(path: Path) -> dict[str | None, RSAPublicKey]:
    try:
        return keys_of_jwks(json.loads(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise BadKeyFile(path=path, fault=_fault(error)) from error


def _fault(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
