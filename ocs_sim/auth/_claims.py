"""What the claims of a token say, once its signature holds (RFC 7519, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ocs_sim.auth._errors import Unauthorized
from ocs_sim.auth._identity import Identity

# Photon Ranch's issuer puts what it knows of a user under this name, the roles among it.
USER_METADATA = "https://photonranch.org/user_metadata"
# Unix seconds; beyond, and NaN, are no times.
_LATEST = 1e15


def check_times(claims: Mapping[str, Any], now_unix: float, leeway_seconds: float) -> None:
    """Raise Unauthorized for a token that has ended, has not begun or never ends."""
    if now_unix >= _unix(claims, "exp") + leeway_seconds:
        raise Unauthorized(reason="the token has expired")
    if "nbf" in claims and now_unix < _unix(claims, "nbf") - leeway_seconds:
        raise Unauthorized(reason="the token is not valid yet")


def _unix(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LATEST < value < _LATEST:
        raise Unauthorized(reason=f"the token has no {name} that is a time")
    return value


def check_audience(claims: Mapping[str, Any], audience: str) -> None:
    """Raise Unauthorized for a token that is for somebody else; `aud` is a text or a list of them."""
    told = claims.get("aud")
    if audience not in (told if isinstance(told, list) else [told]):
        raise Unauthorized(reason="the token is for another audience")


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """Return who a token is of. Raises Unauthorized without `sub`."""
    user_id = claims.get("sub")
    if not isinstance(user_id, str) or not user_id.strip():
        raise Unauthorized(reason="the token does not say whose it is")
    name = claims.get("name") or claims.get("nickname")
    return Identity(user_id, _roles(claims), name if isinstance(name, str) else user_id)


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    # Only a list has roles: a text that contains "admin" says nothing. Who has no such claim may still
    # command, as anybody without a role may.
    metadata = claims.get(USER_METADATA)
    roles = metadata.get("roles") if isinstance(metadata, Mapping) else None
    if not isinstance(roles, list):
        return ()
    return tuple(dict.fromkeys(role for role in roles if isinstance(role, str) and role))
