"""The cards that say with what an image was taken."""

from __future__ import annotations

from collections.abc import Iterator

from ocs_sim.images._cards import Card
from ocs_sim.images._instrument import Detector, Optics, pixel_scale_arcseconds


def detector_cards(detector: Detector, instrument: str | None) -> Iterator[Card]:
    """Return the detector's cards; `instrument` is its name in file names, if that differs."""
    yield Card("INSTRUME", instrument or detector.name, "name of the camera")
    yield Card("CAMERA", detector.name, "the camera's own name")
    yield Card("DETECTOR", detector.sensor, "the sensor's name")
    yield Card("XBINNING", detector.bin_x, "[pix] binning along x")
    yield Card("YBINNING", detector.bin_y, "[pix] binning along y")
    yield Card("XPIXSZ", detector.pixel_x_micrometres * detector.bin_x, "[um] width of a pixel as binned")
    yield Card("YPIXSZ", detector.pixel_y_micrometres * detector.bin_y, "[um] height of a pixel as binned")
    yield Card("XORGSUBF", detector.start_x, "[pix] where the subframe begins in x, as binned")
    yield Card("YORGSUBF", detector.start_y, "[pix] where the subframe begins in y, as binned")
    yield Card("DETSIZE", f"[1:{detector.width},1:{detector.height}]", "the sensor in unbinned pixels")
    yield from _conversion_cards(detector)
    yield Card("READOUTM", detector.readout_mode, "readout mode")
    yield from _cooler_cards(detector)


def _conversion_cards(detector: Detector) -> Iterator[Card]:
    yield Card("BUNIT", "adu", "unit of the pixels")
    yield Card("GAIN", detector.electrons_per_adu, "[electron/adu] conversion factor")
    yield Card("EGAIN", detector.electrons_per_adu, "[electron/adu] conversion factor")
    yield Card("GAINSET", detector.gain_setting, "the camera's gain setting")
    yield Card("OFFSET", detector.offset_setting, "the camera's offset setting")
    yield Card("RDNOISE", detector.read_noise_electrons, "[electron] read noise")
    yield Card("SATURATE", detector.saturation_adu, "[adu] saturated from here on")
    yield Card("FULLWELL", detector.full_well_electrons, "[electron] full well of a pixel")


def _cooler_cards(detector: Detector) -> Iterator[Card]:
    yield Card("CCD-TEMP", detector.temperature_celsius, "[degC] temperature of the detector")
    yield Card("SET-TEMP", detector.set_point_celsius, "[degC] set point of the cooler")
    yield Card("COOLPOWR", detector.cooler_percent, "[%] power of the cooler")


def optics_cards(optics: Optics, detector: Detector | None) -> Iterator[Card]:
    """Return the telescope's cards, and the scale if both focal length and pixels are known."""
    yield Card("TELESCOP", optics.telescope, "name of the telescope")
    yield Card("FOCALLEN", optics.focal_length_millimetres, "[mm] focal length")
    yield Card("APTDIA", optics.aperture_millimetres, "[mm] diameter of the aperture")
    yield Card("FILTER", optics.filter_name, "name of the filter")
    yield Card("FOCUSPOS", optics.focus_position_steps, "[step] position of the focuser")
    yield Card("FOCPOS", optics.focus_position_steps, "[step] position of the focuser")
    yield Card("FOCTEMP", optics.focus_temperature_celsius, "[degC] temperature at the focuser")
    yield Card("ROTANG", optics.rotator_degrees, "[deg] mechanical angle of the rotator")
    if detector and optics.focal_length_millimetres:
        scale = pixel_scale_arcseconds(optics, detector)[0] * detector.bin_x
        yield Card("PIXSCALE", round(scale, 9), "[arcsec/pix] scale along x, as binned")
