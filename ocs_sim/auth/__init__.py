"""Who sends a request: tokens of users, keys of sites. All is checked here, without asking anybody."""

from ocs_sim.auth._claims import USER_METADATA
from ocs_sim.auth._errors import (
    AuthError,
    BadIssuer,
    BadKeyFile,
    BadLifetime,
    BadSecret,
    BadSiteCode,
    KeysUnreachable,
    SecretExposed,
    Unauthorized,
)
from ocs_sim.auth._identity import ADMIN, Identity
from ocs_sim.auth._issuer import Issuer, KeySource
from ocs_sim.auth._jwks_url import JwksUrl
from ocs_sim.auth._key_files import JwksFile, PemKey
from ocs_sim.auth._local import LocalIssuer
from ocs_sim.auth._site_keys import ANONYMOUS, SiteKeyMode, SiteKeys, presented_key
from ocs_sim.auth._trusted import trusted_issuer
from ocs_sim.auth._verifier import TokenVerifier, Verifier

__all__ = [
    "ADMIN",
    "ANONYMOUS",
    "USER_METADATA",
    "AuthError",
    "BadIssuer",
    "BadKeyFile",
    "BadLifetime",
    "BadSecret",
    "BadSiteCode",
    "Identity",
    "Issuer",
    "JwksFile",
    "JwksUrl",
    "KeySource",
    "KeysUnreachable",
    "LocalIssuer",
    "PemKey",
    "SecretExposed",
    "SiteKeyMode",
    "SiteKeys",
    "TokenVerifier",
    "Unauthorized",
    "Verifier",
    "presented_key",
    "trusted_issuer",
]
