"""The truth about an image as FITS has it: keywords with comments, and columns with units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.table import Table

    from ocs_sim.world._truth import SkyTruth, Truth

_COLUMNS: dict[str, tuple[str, str | None]] = {
    "ra_degrees": ("RA", "deg"),
    "dec_degrees": ("DEC", "deg"),
    "magnitude": ("MAG", "mag"),
    "colour": ("COLOUR", "mag"),
    "x": ("X", "pixel"),
    "y": ("Y", "pixel"),
    "electrons": ("ELECTRONS", None),
}

_KEYWORDS = {
    "number": ("EXPNUM", "number of the exposure in its world"),
    "seed": ("SIMSEED", "seed of the world"),
    "duration_seconds": ("TEXPTIME", "[s] time that the shutter was open"),
    "opened_unix": ("TOPENED", "[s] unix time at which the shutter opened"),
    "detector_celsius": ("TCCDTEMP", "[deg C] mean temperature of the detector"),
    "dark_electrons": ("TDARK", "[electron] typical dark charge of a pixel"),
    "electrons_per_adu": ("TGAIN", "[electron/adu] gain"),
    "read_noise_electrons": ("TRDNOISE", "[electron] read noise"),
    "bias_adu": ("TBIAS", "[adu] level of the bias"),
    "cosmic_rays": ("TCOSMICS", "cosmic rays on the whole sensor"),
}

_SKY_KEYWORDS = {
    "ra_degrees": ("TRA", "[deg] true right ascension, ICRS"),
    "dec_degrees": ("TDEC", "[deg] true declination, ICRS"),
    "position_angle_degrees": ("TPA", "[deg] direction of rising rows, N over E"),
    "commanded_ra_degrees": ("CRA", "[deg] commanded right ascension, ICRS"),
    "commanded_dec_degrees": ("CDEC", "[deg] commanded declination, ICRS"),
    "altitude_degrees": ("TALT", "[deg] true altitude"),
    "azimuth_degrees": ("TAZ", "[deg] true azimuth"),
    "filter_name": ("TFILTER", "filter in the beam"),
    "seeing_arcseconds": ("TSEEING", "[arcsec] FWHM of the air alone"),
    "fwhm_arcseconds": ("TFWHM", "[arcsec] FWHM of a star in the image"),
    "half_flux_diameter_arcseconds": ("THFD", "[arcsec] half-flux diameter of a star"),
    "trailed": ("TTRAILED", "stars are lines"),
    "focus_steps": ("TFOCUS", "[steps] position of the focuser"),
    "best_focus_steps": ("TBESTFOC", "[steps] position of the sharpest focus"),
    "extinction_magnitudes": ("TEXTINCT", "[mag] taken away by air and clouds"),
    "clear_fraction": ("TCLEAR", "share let through by dome, cover and wheel"),
    "zero_point_magnitudes": ("TZEROPT", "[mag] of a star of 1 electron/s in the image"),
    "sky_magnitudes": ("TSKYMAG", "[mag/arcsec2] brightness of the sky"),
    "sky_electrons": ("TSKYEL", "[electron] sky in a pixel"),
    "lamp_electrons": ("TLAMPEL", "[electron] flat panel in a pixel"),
}


def star_table(truth: Truth) -> Table:
    """Return the stars as a table with units; pixels count from 0 at the centre of the first."""
    from astropy.table import Table

    table = Table(meta={})
    for name, (column, unit) in _COLUMNS.items():
        table[column] = getattr(truth.sky.stars, name) if truth.sky else []
        table[column].unit = unit
    return table


def truth_header(truth: Truth) -> Header:
    """Return everything but the stars as a header."""
    from astropy.io.fits import Header

    header = Header()
    _add(header, truth, _KEYWORDS)
    if truth.sky:
        _add(header, truth.sky, _SKY_KEYWORDS)
        _add_wcs(header, truth.sky)
    return header


def _add(header: Any, thing: object, keywords: dict[str, tuple[str, str]]) -> None:
    for name, (keyword, comment) in keywords.items():
        header[keyword] = (getattr(thing, name), comment)


def _add_wcs(header: Any, sky: SkyTruth) -> None:
    """Add the true WCS under names of its own: those of FITS would speak of the table's columns."""
    header["TRUCRPX1"] = (sky.reference_pixel[0] + 1, "[pixel] true CRPIX1 of the image")
    header["TRUCRPX2"] = (sky.reference_pixel[1] + 1, "[pixel] true CRPIX2 of the image")
    for row in (0, 1):
        for column in (0, 1):
            name = f"{row + 1}_{column + 1}"
            header[f"TRUCD{name}"] = (float(sky.matrix_degrees[row, column]), f"[deg/pixel] true CD{name}")
