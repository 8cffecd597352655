"""RSA keys as issuers give them: a certificate, a public key (PEM), or a JSON web key (RFC 7517)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SMALLEST_KEY_BITS = 2048


def key_of_pem(pem: bytes) -> RSAPublicKey:
    """Return the key of a PEM certificate or public key. Raises ValueError, saying what is wrong.

    When a certificate ends, or by whom it is signed, is not looked at: the file itself is what is trusted.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate

    if b"PRIVATE KEY" in pem:
        raise ValueError("it holds a private key, which nobody who only checks tokens should have")
    if b"BEGIN CERTIFICATE" in pem:
        return _strong(load_pem_x509_certificate(pem).public_key())
    return _strong(load_pem_public_key(pem))


def keys_of_jwks(document: object) -> dict[str | None, RSAPublicKey]:
    """Return the RS256 keys of a set by their `kid`; others are skipped. Raises ValueError without any."""
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("it is no JSON object with a list `keys`")
    keys = {entry.get("kid"): _key_of_jwk(entry) for entry in entries if _is_for_signatures(entry)}
    if not keys:
        raise ValueError("there is no RSA key for RS256 signatures in it")
    return keys


def _is_for_signatures(entry: object) -> bool:
    return (
        isinstance(entry, Mapping)
        and entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
        and isinstance(entry.get("kid"), str | None)
    )


def _key_of_jwk(entry: Mapping[str, Any]) -> RSAPublicKey:
    import jwt

    # The private half, should somebody have published it, is not taken up.
    public = {name: entry.get(name) for name in ("kty", "n", "e")}
    try:
        return _strong(jwt.PyJWK(public, algorithm="RS256").key)
    except (jwt.PyJWTError, TypeError) as error:
        raise ValueError(f"its key {entry.get('kid')!r} is malformed") from error


def _strong(key: object) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if not isinstance(key, RSAPublicKey):
        raise ValueError("its key is no RSA key, which RS256 needs")
    if key.key_size < SMALLEST_KEY_BITS:
        raise ValueError(f"its key has {key.key_size} bits; {SMALLEST_KEY_BITS} are the least that is safe")
    return key
