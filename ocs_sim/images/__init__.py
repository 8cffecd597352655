"""FITS images: headers, names, files, previews. Knows nothing of agents or of the simulated world.

    facts = Facts(Exposure(start, 10.0), Detector("cam1", 1024, 1024, 9.0, 9.0), ..., name=name)
    path = write_image(directory / str(name), data, build_header(facts))
    write_header_text(path)
    write_previews(path, data)

Facts accept astropy's Quantity, Time and SkyCoord, and keep plain numbers in the units which their names say.

Names are imported at first use: who only knows images by their names does without numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocs_sim.images._atomic import remove_leftovers
    from ocs_sim.images._check import check_image
    from ocs_sim.images._counter import ImageCounter
    from ocs_sim.images._errors import (
        BadFact,
        CounterDamaged,
        CounterExhausted,
        ImageError,
        ImageExists,
        NotAnImageName,
        NotReadable,
        NotWritten,
        UnknownStretch,
    )
    from ocs_sim.images._exposure import IMAGE_TYPES, Exposure, ImageType, Observer, Stack, Target
    from ocs_sim.images._facts import Facts
    from ocs_sim.images._fault import Fault
    from ocs_sim.images._header import build_header
    from ocs_sim.images._header_text import header_text, write_header_text
    from ocs_sim.images._instrument import Detector, Optics, pixel_scale_arcseconds
    from ocs_sim.images._limits import percentile, sample, zscale
    from ocs_sim.images._names import ImageName
    from ocs_sim.images._preview import Previews, preview, reduced, write_previews
    from ocs_sim.images._read import Image, read_header, read_image
    from ocs_sim.images._stretch import STRETCHES, Stretch, greys, stretch_for, stretched
    from ocs_sim.images._surroundings import Dome, Pointing, Simulation, Site, Weather
    from ocs_sim.images._times import observing_day
    from ocs_sim.images._truth import Truth, write_truth
    from ocs_sim.images._wcs import Projection, commanded_projection, commanded_wcs_of
    from ocs_sim.images._write import write_image

__all__ = [
    "IMAGE_TYPES",
    "STRETCHES",
    "BadFact",
    "CounterDamaged",
    "CounterExhausted",
    "Detector",
    "Dome",
    "Exposure",
    "Facts",
    "Fault",
    "Image",
    "ImageCounter",
    "ImageError",
    "ImageExists",
    "ImageName",
    "ImageType",
    "NotAnImageName",
    "NotReadable",
    "NotWritten",
    "Observer",
    "Optics",
    "Pointing",
    "Previews",
    "Projection",
    "Simulation",
    "Site",
    "Stack",
    "Stretch",
    "Target",
    "Truth",
    "UnknownStretch",
    "Weather",
    "build_header",
    "check_image",
    "commanded_projection",
    "commanded_wcs_of",
    "greys",
    "header_text",
    "observing_day",
    "percentile",
    "pixel_scale_arcseconds",
    "preview",
    "read_header",
    "read_image",
    "reduced",
    "remove_leftovers",
    "sample",
    "stretch_for",
    "stretched",
    "write_header_text",
    "write_image",
    "write_previews",
    "write_truth",
    "zscale",
]

_HOMES = {
    "BadFact": "_errors",
    "CounterDamaged": "_errors",
    "CounterExhausted": "_errors",
    "Detector": "_instrument",
    "Dome": "_surroundings",
    "Exposure": "_exposure",
    "Facts": "_facts",
    "Fault": "_fault",
    "IMAGE_TYPES": "_exposure",
    "Image": "_read",
    "ImageCounter": "_counter",
    "ImageError": "_errors",
    "ImageExists": "_errors",
    "ImageName": "_names",
    "ImageType": "_exposure",
    "NotAnImageName": "_errors",
    "NotReadable": "_errors",
    "NotWritten": "_errors",
    "Observer": "_exposure",
    "Optics": "_instrument",
    "Pointing": "_surroundings",
    "Previews": "_preview",
    "Projection": "_wcs",
    "STRETCHES": "_stretch",
    "Simulation": "_surroundings",
    "Site": "_surroundings",
    "Stack": "_exposure",
    "Stretch": "_stretch",
    "Target": "_exposure",
    "Truth": "_truth",
    "UnknownStretch": "_errors",
    "Weather": "_surroundings",
    "build_header": "_header",
    "check_image": "_check",
    "commanded_projection": "_wcs",
    "commanded_wcs_of": "_wcs",
    "greys": "_stretch",
    "header_text": "_header_text",
    "observing_day": "_times",
    "percentile": "_limits",
    "pixel_scale_arcseconds": "_instrument",
    "preview": "_preview",
    "read_header": "_read",
    "read_image": "_read",
    "reduced": "_preview",
    "remove_leftovers": "_atomic",
    "sample": "_limits",
    "stretch_for": "_stretch",
    "stretched": "_stretch",
    "write_header_text": "_header_text",
    "write_image": "_write",
    "write_previews": "_preview",
    "write_truth": "_truth",
    "zscale": "_limits",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
