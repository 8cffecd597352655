"""What can go wrong between this agent and its camera, beside what the agents' devices share.

OperationFailed
|- ImageLost, ImageRefused, BadImage    an image could not be fetched
|- ExposureLost                         an exposure did not come to its end
|- NothingExposed                       it was to be stopped before it began
|- NotKept                              an image could not be written
|- NotThere                             a device that the site file does not give
`- FocusFailed
"""

from __future__ import annotations

from ocs_sim.agent import OperationFailed


class ImageLost(OperationFailed):
    """The image was lost on its way from the camera: {fault}. Expose again."""


class ImageRefused(OperationFailed):
    """The camera does not give its image (error 0x{number:X}): {text}"""


class BadImage(OperationFailed):
    """The camera's image is not one that can be read: {fault}."""


class ExposureLost(OperationFailed):
    """The exposure was lost while {stage}: {fault} Nothing was written; it is aborted once it can be."""


class NothingExposed(OperationFailed):
    """The exposure was stopped before it began."""


class NotKept(OperationFailed):
    """No image can be kept: {fault} Is `data-dir` right, and is there room?"""


class NotThere(OperationFailed):
    """This camera has no {device}: give its number as `{device}` in the site file."""


class FocusFailed(OperationFailed):
    """No focus was found: {fault} The focuser is back at {position}."""
