"""The stars: real bright ones, deterministic faint ones, and catalogue files.

`SyntheticSky` is honest only about stars brighter than V = 6: all that is fainter is invented, in realistic
numbers. A `CatalogueFile` has whatever its owner put into it. Both are a `Catalogue`.
"""

from ocs_sim.sky._bright import named_star, named_stars
from ocs_sim.sky._catalogue_file import CatalogueFile
from ocs_sim.sky._errors import BadCatalogue, NoSuchStar, SkyError
from ocs_sim.sky._highest import highest_named_star
from ocs_sim.sky._open import open_catalogue
from ocs_sim.sky._stars import Catalogue, Stars
from ocs_sim.sky._synthetic import SyntheticSky

__all__ = [
    "BadCatalogue",
    "Catalogue",
    "CatalogueFile",
    "NoSuchStar",
    "SkyError",
    "Stars",
    "SyntheticSky",
    "highest_named_star",
    "named_star",
    "named_stars",
    "open_catalogue",
]
