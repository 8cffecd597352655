"""The keys that an issuer listed last, in a file: for a start while the network is gone."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.auth._errors import AuthError
from ocs_sim.auth._private_file import read_private, write_private
from ocs_sim.auth._rsa import keys_of_jwks

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_log = logging.getLogger(__name__)


class KeptKeys:
    """What was fetched from one address, below a directory. It is a help, and so never a reason to fail."""

    def __init__(self, directory: Path, url: str) -> None:
        """The file is called after the address: what another issuer listed is never taken for it."""
        self._path = directory / f"jwks-{hashlib.sha256(url.encode()).hexdigest()[:16]}.json"
        self._url = url

    def load(self) -> dict[str | None, RSAPublicKey]:
        """Return the keys, or none when there are none that can be used."""
        try:
            content = read_private(self._path)
            kept = None if content is None else json.loads(content)
            if isinstance(kept, dict) and kept.get("url") == self._url:
                return keys_of_jwks(kept.get("document"))
        except (AuthError, OSError, ValueError) as error:
            _log.warning("The keys in %s are not used: %s", self._path, error)
        return {}

    def save(self, document: object) -> None:
        """Keep a set of keys in place of the one before."""
        kept = {"url": self._url, "document": document}
        try:
            write_private(self._path, json.dumps(kept).encode())
        except OSError as error:
            _log.warning("The keys at %s are not kept in %s: %s", self._url, self._path, error)
