"""The JSON Schema of site files, for editors that check while one writes."""

from __future__ import annotations

from typing import Any

from ocs_sim.site._arguments import SCHEMAS
from ocs_sim.site._keys import ROOT


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of site files, which `obsbow check --schema` prints."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ROOT.schema(),
        "description": "The site file of an observatory: its router, its hosts and their agents.",
        "$defs": SCHEMAS,
    }
