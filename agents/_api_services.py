"""From a site file to the services behind the HTTP routes."""

from __future__ import annotations

from pathlib import Path

from ocs_sim.agent import AgentContext
from ocs_sim.auth import Issuer, LocalIssuer, SiteKeys, TokenVerifier, trusted_issuer
from ocs_sim.jobs import JobStore, job_table
from ocs_sim.ranch import Services
from ocs_sim.reservations import Calendar, event_table
from ocs_sim.stores import Stores

from ._api_options import ApiOptions


def issuers_of(context: AgentContext[ApiOptions]) -> list[Issuer]:
    """Return whose tokens count: the observatory's own, and the one of the options. Raises AuthError."""
    options = context.options
    found = [LocalIssuer(context.site.stores.directory, context.clock).issuer()]
    named = (options.issuer, options.audience, options.jwks, options.certificate)
    if any(named):
        found.append(
            trusted_issuer(
                options.issuer or "",
                options.audience or "",
                jwks=_located(options.jwks, context.site.path.parent),
                certificate=options.certificate,
                clock=context.clock,
                directory=context.site.stores.directory,
            )
        )
    return found


def services_of(context: AgentContext[ApiOptions], stores: Stores) -> Services:
    """Return what the routes work with. Raises AuthError, StoreError."""
    site, options, clock = context.site, context.options, context.clock
    return Services(
        jobs=JobStore(stores.table(job_table()), clock),
        calendar=Calendar(stores.table(event_table()), clock),
        verifier=TokenVerifier(issuers_of(context), clock),
        site_keys=SiteKeys(site.stores.directory, options.site_keys),
        objects=stores.objects,
        clock=clock,
        sites=None if options.any_site or not site.observatories else frozenset(site.observatories),
    )


def _located(jwks: str | None, directory: Path) -> str | None:
    if jwks is None or "://" in jwks:
        return jwks
    return str(directory / Path(jwks).expanduser())
