"""What can go wrong with saying who somebody is."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class AuthError(ObservatoryError):
    """Who asks could not be found out."""


class Unauthorized(AuthError):
    """Not let in: {reason}."""

    # Nobody may ever read a token in a log: `reason` is always one of our own sentences.


class BadKeyFile(AuthError):
    """{path} cannot be used to check tokens: {fault}."""


class BadIssuer(AuthError):
    """The issuer {issuer!r} cannot be trusted as it is given: {fault}."""


class KeysUnreachable(AuthError):
    """The keys at {url} could not be fetched: {fault}."""


class SecretExposed(AuthError):
    """{path} can be read by others, who could let themselves in with it.
    Make it yours alone with `chmod 600 {path}`, or remove it, which ends what was made with it.
    """


class BadSecret(AuthError):
    """{path} is not as it was written: {fault}. Remove it, which ends what was made with it."""


class BadLifetime(AuthError):
    """A token cannot live for {seconds:.0f} s: it has to end some time, and within {longest_days} days."""


class BadSiteCode(AuthError):
    """{site!r} is no code of a site: letters, digits, '-' and '_', up to 64 of them."""
