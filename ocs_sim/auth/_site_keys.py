"""Keys for what the software at a site asks: which jobs it has, and what became of them."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ocs_sim.auth._errors import BadSecret, BadSiteCode, Unauthorized
from ocs_sim.auth._header import split_scheme
from ocs_sim.auth._private_file import read_private, write_private
from ocs_sim.auth._watched_file import WatchedFile

SiteKeyMode = Literal["compat-open", "keys"]
ANONYMOUS = "anonymous"
KEYS_FILE = "site-keys.json"
_SCHEME = "site-key"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class SiteKeys:
    """One key for each site that has one; for any thread and process. Only hashes of keys are kept.

    With `compat-open` whoever sends no key is let in, as unmodified site software must be; with `keys`
    nobody is. A wrong key, or another site's, is refused either way.
    """

    def __init__(self, directory: Path, mode: SiteKeyMode = "compat-open") -> None:
        """`directory` is where the observatory's stores are; nothing is written before the first key."""
        self._path = directory / KEYS_FILE
        self._hashes = WatchedFile(self._path, _read)
        self.mode = mode

    def make(self, site: str) -> str:
        """Return a new key for a site, which ends the one before. Raises BadSiteCode, SecretExposed."""
        if not _CODE.fullmatch(site):
            raise BadSiteCode(site=site)
        # A key is as random as what it opens is worth: plain SHA-256 cannot be searched for it.
        key = f"{site}.{secrets.token_urlsafe(32)}"
        with _locked(self._path):
            self._write({**_read(self._path), site: _hash(key)})
        return key

    def revoke(self, site: str) -> bool:
        """End the key of a site; return whether there was one."""
        with _locked(self._path):
            hashes = dict(_read(self._path))
            if site not in hashes:
                return False
            del hashes[site]
            self._write(hashes)
        return True

    def sites(self) -> list[str]:
        """Return the sites that have a key."""
        return sorted(self._hashes.content())

    def check(self, site: object, key: str | None) -> str:
        """Return who asks for a site: `site:CODE`, or `anonymous`, for the history. Raises Unauthorized."""
        if key is None:
            if self.mode == "keys":
                raise Unauthorized(reason="there is no site key")
            return ANONYMOUS
        known = self._hashes.content().get(site, "") if isinstance(site, str) else ""
        if not hmac.compare_digest(_hash(key), known):
            raise Unauthorized(reason="the site key is wrong, or another site's")
        return f"site:{site}"

    def _write(self, hashes: Mapping[str, str]) -> None:
        write_private(self._path, json.dumps(hashes, indent=1).encode())


def presented_key(headers: Mapping[str, str]) -> str | None:
    """Return the key in `X-Site-Key: KEY` or `Authorization: Site-Key KEY`; None without either.

    `headers` finds names in any case, as those of a request do. Other schemes are not for sites.
    """
    if key := headers.get("x-site-key"):
        return key.strip()
    scheme, credentials = split_scheme(headers.get("authorization") or "")
    return credentials if scheme == _SCHEME else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _read(path: Path) -> Mapping[str, str]:
    content = read_private(path)
    if content is None:
        return {}
    try:
        hashes = json.loads(content)
    except ValueError:
        hashes = None
    if not isinstance(hashes, dict) or not all(isinstance(value, str) for value in hashes.values()):
        raise BadSecret(path=path, fault="it is no JSON object of texts")
    return hashes


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
