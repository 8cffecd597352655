"""What can go wrong with images."""

from __future__ import annotations

from ocs_sim.errors import ObservatoryError


class ImageError(ObservatoryError):
    """Something is wrong with an image."""


class NotAnImageName(ImageError):
    """{text!r} is no image's name: {reason}. A name looks like tst-cam1-20261121-00000042-EX00.fits."""


class BadFact(ImageError):
    """{what} is {value!r}, which cannot be written in a header: {reason}."""


class ImageExists(ImageError):
    """{path} is there already, and images are not overwritten; count on, or pass overwrite=True."""


class NotWritten(ImageError):
    """{path} was not written: {reason}. What was there before is untouched."""


class NotReadable(ImageError):
    """{path} cannot be read as a FITS image: {reason}."""


class UnknownStretch(ImageError):
    """There is no stretch {name!r}; there are {known}."""


class CounterExhausted(ImageError):
    """{site}-{instrument} has counted to 99999999, the last number that eight digits hold.
    Rename the instrument, or remove {path} to begin again at 1."""


class CounterDamaged(ImageError):
    """{path} holds {text!r} instead of the last image's number. Remove it: the number is then taken from
    the names of the images that are there."""
