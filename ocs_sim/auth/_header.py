"""What an Authorization header carries (RFC 9110, 11.6.2; RFC 6750, 2.1)."""

from __future__ import annotations

from ocs_sim.auth._errors import Unauthorized

_LONGEST_HEADER = 16384


def bearer_token(header: str | None) -> str:
    """Return the token of `Bearer TOKEN`, the scheme in any case. Raises Unauthorized."""
    if not header:
        raise Unauthorized(reason="there is no Authorization header")
    scheme, token = split_scheme(header)
    if scheme != "bearer":
        raise Unauthorized(reason="the Authorization header is not of the kind `Bearer TOKEN`")
    if not token or not token.isascii() or " " in token:
        raise Unauthorized(reason="there is no single token after Bearer")
    return token


def split_scheme(header: str) -> tuple[str, str]:
    """Return the scheme in lower case and what follows it; a header too long to be real is neither."""
    if len(header) > _LONGEST_HEADER:
        return "", ""
    scheme, _, credentials = header.strip(" \t").partition(" ")
    return scheme.lower(), credentials.strip(" \t")
