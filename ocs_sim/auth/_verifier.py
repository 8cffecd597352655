"""From an Authorization header to who sent it, without asking anybody else."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ocs_sim.auth._claims import check_audience, check_times, identity_of
from ocs_sim.auth._errors import AuthError, BadIssuer, Unauthorized
from ocs_sim.auth._header import bearer_token
from ocs_sim.clock import Clock, SystemClock

if TYPE_CHECKING:
    from ocs_sim.auth._identity import Identity
    from ocs_sim.auth._issuer import Issuer

_log = logging.getLogger(__name__)

LEEWAY_SECONDS = 30.0


class Verifier(Protocol):
    """Whoever tells who sent a request."""

    def verify(self, authorization_header: str | None) -> Identity:
        """Return who sent it. Raises Unauthorized."""
        ...


class TokenVerifier:
    """Takes JSON web tokens of known issuers; for any thread."""

    def __init__(
        self, issuers: Iterable[Issuer], clock: Clock | None = None, *, leeway_seconds: float = LEEWAY_SECONDS
    ) -> None:
        """`leeway_seconds` is how far the issuer's clock may be off. Raises BadIssuer for two of a name."""
        self._issuers: dict[str, Issuer] = {}
        for issuer in issuers:
            if issuer.name in self._issuers:
                raise BadIssuer(issuer=issuer.name, fault="it is there twice")
            self._issuers[issuer.name] = issuer
        self._clock = clock or SystemClock()
        self._leeway_seconds = leeway_seconds

    def verify(self, authorization_header: str | None) -> Identity:
        """Return whose token the header carries. Raises Unauthorized; may fetch keys, seldom."""
        try:
            claims = self._claims(bearer_token(authorization_header))
        except Unauthorized:
            raise
        except AuthError as error:
            # A file of keys that was spoilt meanwhile: the operator must hear of it, the user need not.
            _log.warning("%s", error)
            raise Unauthorized(reason="the keys of the token's issuer cannot be read here") from None
        check_times(claims, self._clock.time(), self._leeway_seconds)
        return identity_of(claims)

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt

        try:
            unproven = jwt.decode_complete(token, options={"verify_signature": False})
            issuer = self._issuer(unproven["payload"].get("iss"))
            if unproven["header"].get("alg") != issuer.algorithm:
                raise Unauthorized(reason="the token is not signed as its issuer does")
            key = issuer.keys.key(unproven["header"].get("kid"))
            # Times, audience and subject are checked by this package: with the clock that it was given.
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[issuer.algorithm],
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                    "verify_iss": False,
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            # What the library says may hold parts of the token.
            raise Unauthorized(reason="the token is malformed or its signature is wrong") from None
        check_audience(claims, issuer.audience)
        return claims

    def _issuer(self, name: object) -> Issuer:
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise Unauthorized(reason="the token is of an issuer that is not trusted here")
        return issuer
