"""Where the site file is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ocs_sim.site._errors import SiteFileNotFound, SiteNamedTwice
from ocs_sim.site._paths import is_file, is_there, resolve


def find_site_file(
    site_file: Path | None, site: str | None = None, *, environ: Mapping[str, str], cwd: Path
) -> Path:
    """Return the absolute path of the site file: `site_file`, else `$OCS_CONFIG_DIR/{site}.yaml`, else
    `site_config/{site}.yaml` in `cwd` or the nearest folder above that has one; `site` is else `default`.

    Raises:
        SiteNamedTwice: when both `site_file` and `site` are given.
        SiteFileNotFound: when there is none; it lists where it looked.
    """
    if site_file is not None and site is not None:
        raise SiteNamedTwice(site_file=site_file, site=site)
    if site_file is not None:
        chosen = resolve(site_file, cwd)
        if is_there(chosen):
            return chosen
        raise SiteFileNotFound(looked_for=chosen)
    name = f"{site or 'default'}.yaml"
    configured = environ.get("OCS_CONFIG_DIR")
    first = [resolve(configured, cwd) / name] if configured else []
    above = [folder / "site_config" / name for folder in (cwd, *cwd.parents)]
    for candidate in (*first, *above):
        if is_file(candidate):
            return candidate
    where = [*map(str, first), f"{above[0]} and the same in each folder above"]
    raise SiteFileNotFound(looked_for=", ".join(where))
