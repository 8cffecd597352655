"""From what a site file says of an issuer to what a verifier needs."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.auth._errors import BadIssuer
from ocs_sim.auth._issuer import Issuer
from ocs_sim.auth._jwks_url import JwksUrl
from ocs_sim.auth._key_files import JwksFile, PemKey
from ocs_sim.auth._local import ISSUER
from ocs_sim.clock import Clock


def trusted_issuer(
    name: str,
    audience: str,
    *,
    jwks: str | Path | None = None,
    certificate: str | Path | None = None,
    clock: Clock | None = None,
    directory: Path | None = None,
) -> Issuer:
    """Return an issuer whose RS256 tokens count: by a JWKS (file, or URL) or a PEM file, one of them.

    `name` is the tokens' `iss` to the letter (Auth0's ends in a slash), `audience` what must be in `aud`.
    In `directory`, keys that were fetched from a URL are kept for the next start.
    Raises BadIssuer, BadKeyFile.
    """
    if not name or not audience:
        raise BadIssuer(issuer=name, fault="it needs its name (`iss`) and the audience (`aud`) of its tokens")
    if name == ISSUER:
        raise BadIssuer(issuer=name, fault="that is what `obsbow token` calls itself")
    if (jwks is None) == (certificate is None):
        raise BadIssuer(issuer=name, fault="it needs either a JWKS or a certificate")
    if certificate is not None:
        return Issuer(name, audience, "RS256", PemKey(Path(certificate)))
    if "://" in str(jwks):
        return Issuer(name, audience, "RS256", JwksUrl(str(jwks), clock, directory=directory))
    return Issuer(name, audience, "RS256", JwksFile(Path(str(jwks))))
