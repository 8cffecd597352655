"""An issuer of our own, for an observatory without accounts elsewhere: its secret is a file."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path

from ocs_sim.auth._claims import USER_METADATA
from ocs_sim.auth._errors import BadLifetime, BadSecret, Unauthorized
from ocs_sim.auth._issuer import Issuer
from ocs_sim.auth._private_file import read_or_make
from ocs_sim.auth._watched_file import WatchedFile
from ocs_sim.clock import Clock, SystemClock

ISSUER = AUDIENCE = "obsbow"
SECRET_FILE = "token-secret"  # noqa: S105 - where the secret is, not what it is
LONGEST_LIFETIME_DAYS = 366
_SECRET_BYTES = 32


class LocalIssuer:
    """Makes tokens with a secret in `directory`, which is made at first use and readable by its owner only.

    Whoever can read the secret can be anybody. Removing it ends all tokens at once.
    """

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        """`directory` is where the observatory's stores are; nothing is written before the first token."""
        self._secret = WatchedFile(directory / SECRET_FILE, _secret)
        self._clock = clock or SystemClock()

    def token(
        self,
        user_id: str,
        roles: Iterable[str] = (),
        name: str | None = None,
        lifetime_seconds: float = 8 * 3600.0,
    ) -> str:
        """Return a token for a user. Raises BadLifetime, SecretExposed, BadSecret."""
        import jwt

        if not 0 < lifetime_seconds <= LONGEST_LIFETIME_DAYS * 86400:
            raise BadLifetime(seconds=lifetime_seconds, longest_days=LONGEST_LIFETIME_DAYS)
        now_unix = int(self._clock.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "name": name or user_id,
            "iat": now_unix,
            "exp": now_unix + round(lifetime_seconds),
            USER_METADATA: {"roles": list(roles)},
        }
        return jwt.encode(claims, self._secret.content(), algorithm="HS256")

    def key(self, key_id: str | None) -> bytes:
        """Return the secret, which is the only key there is; see ocs_sim.auth.KeySource."""
        if key_id is not None:
            raise Unauthorized(reason="the token names a key that its issuer has not")
        return self._secret.content()

    def issuer(self) -> Issuer:
        """Return what a TokenVerifier needs to take these tokens."""
        return Issuer(ISSUER, AUDIENCE, "HS256", self)


def _secret(path: Path) -> bytes:
    text = read_or_make(path, lambda: secrets.token_hex(_SECRET_BYTES).encode() + b"\n").strip()
    try:
        secret = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        raise BadSecret(path=path, fault="it is no text of hexadecimal digits") from None
    if len(secret) < _SECRET_BYTES:
        raise BadSecret(path=path, fault=f"it has fewer than {_SECRET_BYTES} bytes")
    return secret
