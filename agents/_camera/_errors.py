"""What can go wrong between this agent and its camera, beside what the agents' devices share.

OperationFailed
|- ImageLost, ImageRefused, BadImage    an image could not be fetched
|- ExposureLost                         an exposure did not come to its end
|- NotThere                             a device that the site file does not give
`- FocusFailed
"""

from __future__ import annotations

from ocs_sim.agent import OperationFailed


class _Said(OperationFailed):
    def __init__(self, **facts: object) -> None:
        text = (type(self).__doc__ or "").format(**facts)
        super().__init__(text)


class ImageLost(_Said):
    """The image was lost on its way from the camera: {fault}. Expose again."""


class ImageRefused(_Said):
    """The camera does not give its image (error 0x{number:X}): {text}"""


class BadImage(_Said):
    """The camera's image is not one that can be read: {fault}."""


class ExposureLost(_Said):
    """The exposure was lost while {stage}: {fault} Nothing was written; it is aborted as soon as it can be."""


class NotThere(_Said):
    """This camera has no {device}: give its device number as `{option}` in the site file."""


class FocusFailed(_Said):
    """No focus was found: {fault} The focuser is back at {position}."""
