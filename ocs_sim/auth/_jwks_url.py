"""An issuer's keys at an address, fetched seldom and kept: the network may be gone for long."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ocs_sim.auth._errors import AuthError, Unauthorized
from ocs_sim.auth._fetch import check_key_address, fetch_keys
from ocs_sim.auth._kept_keys import KeptKeys
from ocs_sim.auth._key_files import choose_key
from ocs_sim.clock import Clock, SystemClock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_log = logging.getLogger(__name__)


class JwksUrl:
    """A JSON web key set (RFC 7517) at an address; for any thread.

    It is fetched when first needed, when it is older than `max_age_seconds`, and for a `kid` that is not
    in it (issuers change their keys), but never more often than each `floor_seconds`: whoever sends tokens
    with invented kids makes no requests. While it cannot be fetched, what was fetched before still counts.
    """

    def __init__(
        self,
        url: str,
        clock: Clock | None = None,
        *,
        max_age_seconds: float = 3600.0,
        floor_seconds: float = 30.0,
        timeout_seconds: float = 5.0,
        directory: Path | None = None,
    ) -> None:
        """`url` is https, or http on this computer. With `directory`, what was fetched outlives the process.

        Raises BadIssuer.
        """
        check_key_address(url)
        self._kept = KeptKeys(directory, url) if directory else None
        self._url = url
        self._clock = clock or SystemClock()
        self._max_age_seconds = max_age_seconds
        self._floor_seconds = floor_seconds
        self._timeout_seconds = timeout_seconds
        self._keys = self._kept.load() if self._kept else {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._lock = threading.Lock()

    def key(self, key_id: str | None) -> RSAPublicKey:
        """Return a key by its id, fetching when that is due. Raises Unauthorized."""
        # Who has a key that still counts does not wait for another's fetch; who has none does.
        if self._is_due(key_id) and self._lock.acquire(blocking=not self._knows(key_id)):
            try:
                if self._is_due(key_id):
                    self._fetch()
            finally:
                self._lock.release()
        return self._choose(key_id)

    def _knows(self, key_id: str | None) -> bool:
        return key_id in self._keys or (key_id is None and len(self._keys) == 1)

    def _is_due(self, key_id: str | None) -> bool:
        now = self._clock.monotonic()
        if self._tried is not None and now < self._tried + self._floor_seconds:
            return False
        old = self._fetched is None or now >= self._fetched + self._max_age_seconds
        return old or not self._knows(key_id)

    def _fetch(self) -> None:
        try:
            document, self._keys = fetch_keys(self._url, self._timeout_seconds)
            self._fetched = self._clock.monotonic()
            if self._kept:
                self._kept.save(document)
        except AuthError as error:
            _log.warning("%s Tokens are checked with the keys that were fetched before, if any.", error)
        finally:
            # Only now: who comes meanwhile has to wait for the answer, not to do without it.
            self._tried = self._clock.monotonic()

    def _choose(self, key_id: str | None) -> RSAPublicKey:
        if not self._keys:
            raise Unauthorized(reason="the keys of the token's issuer could not be fetched yet")
        return choose_key(self._keys, key_id)
