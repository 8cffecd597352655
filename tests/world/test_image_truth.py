"""What an astronomer measures in the images is what was put into them.

Nothing here uses the renderer's own functions: images, the catalogue, numpy, sep and astropy's WCS only.
"""

import numpy as np
import pytest
import sep
from astropy.wcs import WCS

from tests.world.observing import (
    STEADY,
    begin,
    closed_world,
    light_panel,
    open_world,
    point,
    spread,
    take,
    typical,
)
from tests.world.worlds import PERFECT_MOUNT

RICH = {"hour_angle": -3.5, "declination": -32.0}  # in the Milky Way


@pytest.mark.parametrize("electrons_per_adu", [1.0, 1.7])
def test_gain_and_read_noise_come_out_of_pairs_of_flats_and_biases(electrons_per_adu):
    world = closed_world(
        512, **{"camera.electrons_per_adu": electrons_per_adu, "camera.readout_seconds": 0.1}
    )
    biases = [take(world, 0, light=False) for _ in range(2)]
    light_panel(world, 255)
    flats = [take(world, 1.5) for _ in range(2)]
    light = typical(flats[0]) + typical(flats[1]) - typical(biases[0]) - typical(biases[1])
    read_noise_adu = spread(biases[0] - biases[1]) / np.sqrt(2)
    gain = light / (spread(flats[0] - flats[1]) ** 2 - 2 * read_noise_adu**2)
    assert gain == pytest.approx(electrons_per_adu, rel=0.03)
    # Rounding to whole numbers adds its twelfth.
    assert gain * np.sqrt(read_noise_adu**2 - 1 / 12) == pytest.approx(6.0, rel=0.03)


@pytest.mark.parametrize("celsius", [-12.0, 3.0])
def test_dark_current_doubles_every_so_many_degrees(celsius):
    world = closed_world(512)
    world.camera.cooler_on, world.camera.set_point_celsius = True, celsius
    world.clock.advance(60)
    assert world.camera.temperature_celsius == pytest.approx(celsius, abs=0.05)
    bias, dark = take(world, 0, light=False), take(world, 120, light=False)
    assert typical(dark - bias) / 120 == pytest.approx(0.4 * 2 ** (celsius / 6.5), rel=0.05)


def test_biases_and_darks_cancel():
    world = closed_world(256, **{"camera.cosmic_rays_per_square_centimetre_minute": 0.0})
    biases = np.array([take(world, 0, light=False) for _ in range(8)])
    columns = biases.mean(axis=(0, 1))
    assert columns.std() > 1.0
    noise = 6 / np.sqrt(256 * 4)
    assert (biases[:4].mean(axis=(0, 1)) - biases[4:].mean(axis=(0, 1))).std() < 1.3 * noise * np.sqrt(2)

    darks = [take(world, 60, light=False) for _ in range(2)]
    charge = darks[0] - biases.mean(axis=0)
    hot = charge > 10 * np.median(charge)
    assert 1 <= hot.sum() < 30
    expected = np.sqrt(charge[hot] * 2 + 2 * 36)
    assert np.all(np.abs(darks[0] - darks[1])[hot] < 5 * expected)
    quiet = ~hot
    noise = np.sqrt(2 * charge[quiet].mean() + 2 * 36)
    assert (darks[0] - darks[1])[quiet].std() == pytest.approx(noise, rel=0.03)


def test_flats_cancel_vignetting_dust_and_pixels():
    world = closed_world(512, **{"camera.cosmic_rays_per_square_centimetre_minute": 0.0})
    bias = np.mean([take(world, 0, light=False) for _ in range(4)], axis=0)
    light_panel(world, 255)
    flats = [take(world, 2.0) - bias for _ in range(7)]
    level = np.median(flats[0])
    assert flats[0].std() / level > 0.02, "there is something to correct"
    master = np.mean(flats[:6], axis=0) / level
    noise = np.sqrt(level / master + 36) * np.sqrt(1 + 1 / 6)
    residual = (flats[6] / master - level) / noise
    assert residual.std() == pytest.approx(1.0, rel=0.02)
    # Nothing is left that is larger than pixels either.
    coarse = residual.reshape(16, 32, 16, 32).mean(axis=(1, 3)) * 32
    assert coarse.std() == pytest.approx(1.0, rel=0.2)


def observed(world, seconds=20.0):
    """Return a flat-fielded image in electrons, with its sky taken off."""
    image = take(world, seconds) - 1000.0
    truth = world.camera.truth()
    light_panel(world, 255)
    flat = np.mean([take(world, 2.0) - 1000.0 for _ in range(3)], axis=0)
    world.cover.off()
    world.cover.open()
    world.clock.advance(5)
    image = np.ascontiguousarray(image / flat * np.median(flat[::4, ::4]))
    return image - sep.Background(image).back(), truth


def wcs_of(truth, ra_degrees, dec_degrees):
    """Return the image's WCS about a pointing, with the truth's scale and angle."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [ra_degrees, dec_degrees]
    wcs.wcs.crpix = [pixel + 1 for pixel in truth.sky.reference_pixel]
    wcs.wcs.cd = truth.sky.matrix_degrees
    return wcs


def matched(image, world, wcs, radius=4.0, faintest=15.5):
    """Return windowed positions of bright lone stars, and what the catalogue says of them."""
    found = sep.extract(image, 8.0, err=np.sqrt(np.median(np.abs(image)) ** 2 * 2.2 + 1))
    x, y, _ = sep.winpos(image, found["x"], found["y"], 0.6 * np.ones(len(found)) * 2)
    stars = world.catalogue.stars_near(*wcs.wcs.crval, 0.2, faintest, unix=world.now())
    sx, sy = wcs.all_world2pix(stars.ra_degrees, stars.dec_degrees, 0)
    separation = np.hypot(x[:, None] - sx, y[:, None] - sy)
    nearest = separation.argmin(axis=1)
    size = image.shape[0]
    alone = np.sum(np.hypot(sx[nearest][:, None] - sx, sy[nearest][:, None] - sy) < 14, axis=1) == 1
    well = (separation.min(axis=1) < radius) & alone & (found["peak"] < 60000)
    well &= (x > 20) & (x < size - 20) & (y > 20) & (y < size - 20)
    star = nearest[well]
    return x[well], y[well], sx[star], sy[star], stars.magnitude[star], stars.colour[star]


def test_stars_lie_where_the_telescope_truly_points_and_shine_as_the_catalogue_says():
    world = open_world(1024, **RICH, **STEADY, **{"weather.seeing_arcseconds": 2.2})
    image, truth = observed(world)
    wcs = wcs_of(truth, truth.sky.ra_degrees, truth.sky.dec_degrees)
    x, y, star_x, star_y, magnitude, _ = matched(image, world, wcs)
    assert len(x) >= 20
    assert np.sqrt(np.mean((x - star_x) ** 2 + (y - star_y) ** 2)) < 0.1

    flux, _, _ = sep.sum_circle(image, x, y, 9.0)
    measured = np.median(magnitude + 2.5 * np.log10(flux / 20.0))
    area = np.pi / 4 * 0.3**2 * (1 - 0.35**2)
    airmass = 1 / np.sin(np.radians(world.mount.altitude_degrees))
    assert measured == pytest.approx(2.5 * np.log10(1.2e10 * area) - 0.16 * airmass, abs=0.05)
    assert measured == pytest.approx(truth.sky.zero_point_magnitudes, abs=0.02)


def test_a_filter_sees_blue_and_red_stars_as_its_colour_term_says():
    world = open_world(1024, **RICH, **STEADY, **{"weather.seeing_arcseconds": 2.2})
    world.wheel.set_position(world.wheel.names.index("B"))
    world.clock.advance(5)
    image, truth = observed(world, 40.0)
    wcs = wcs_of(truth, truth.sky.ra_degrees, truth.sky.dec_degrees)
    x, y, _, _, magnitude, colour = matched(image, world, wcs)
    flux, _, _ = sep.sum_circle(image, x, y, 9.0)
    zero_points = magnitude + 2.5 * np.log10(flux / 40.0)
    slope = np.polyfit(colour, zero_points, 1)[0]
    assert -slope == pytest.approx(0.20, abs=0.06)
    assert np.median(zero_points + 0.20 * colour) == pytest.approx(truth.sky.zero_point_magnitudes, abs=0.03)


def test_stars_lie_beside_the_commanded_place_by_the_injected_error():
    injected = {**PERFECT_MOUNT, "mount.pointing.ih_arcseconds": 60.0, "mount.pointing.id_arcseconds": -40.0}
    world = open_world(512, **RICH, **STEADY, **injected)
    image, truth = observed(world)
    commanded = wcs_of(truth, truth.sky.commanded_ra_degrees, truth.sky.commanded_dec_degrees)
    true = wcs_of(truth, truth.sky.ra_degrees, truth.sky.dec_degrees)
    x, y, *_ = matched(image, world, true)
    offset_ra, offset_dec = _offset_arcseconds(commanded, true, x, y)
    assert abs(offset_dec) == pytest.approx(40.0, abs=1.0)
    assert abs(offset_ra) == pytest.approx(60.0 * np.cos(np.radians(-32)), abs=1.0)
    # The same, measured: the stars that the true WCS finds are not where the commanded one has them.
    _, _, star_x, star_y, *_ = matched(image, world, true)
    ra, dec = true.all_pix2world(star_x, star_y, 0)
    there_x, there_y = commanded.all_world2pix(ra, dec, 0)
    moved = np.hypot(np.median(x - there_x), np.median(y - there_y))
    assert moved == pytest.approx(np.hypot(40.0, 60.0 * np.cos(np.radians(-32))), abs=1.0)


def _offset_arcseconds(commanded, true, x, y):
    there = np.array(true.all_pix2world(x, y, 0)), np.array(commanded.all_pix2world(x, y, 0))
    ra = (there[0][0] - there[1][0]) * np.cos(np.radians(there[0][1])) * 3600
    return np.median(ra), np.median(there[0][1] - there[1][1]) * 3600


@pytest.mark.parametrize(("seeing", "hour_angle"), [(2.0, 0.5), (3.5, 0.5), (2.5, 4.0)])
def test_stars_are_as_wide_as_the_seeing(seeing, hour_angle):
    about = {"weather.seeing_arcseconds": seeing, "camera.pixel_micrometres": 4.5}
    world = open_world(512, hour_angle, -25.0, **STEADY, **PERFECT_MOUNT, **about)
    world.focuser.move(round(_best_focus(world)))
    world.clock.advance(5)
    image = take(world, 30.0)
    truth = world.camera.truth()
    wcs = wcs_of(truth, truth.sky.ra_degrees, truth.sky.dec_degrees)
    clean = np.ascontiguousarray(image - sep.Background(image).back())
    x, y, *_ = matched(clean, world, wcs)
    zenith = float(world.weather.now().seeing_arcseconds)
    airmass = 1 / np.sin(np.radians(world.mount.altitude_degrees))
    air = zenith * airmass**0.6 * (550 / 500) ** -0.2
    scale = 0.5
    expected = np.sqrt(air**2 + 0.5**2)
    assert np.median([_fwhm(clean, *each) for each in zip(x, y, strict=True)]) * scale == pytest.approx(
        expected, rel=0.06
    )


def _best_focus(world):
    """Return the sharpest place by the profile's own numbers: 5000 steps at 10 C, 10 less for each degree."""
    return 5000 - 10 * (world.focuser.temperature_celsius - 10)


def _fwhm(image, x, y):
    """Return the width of the Moffat profile, beta 3, that fits a star best, in pixels."""
    rows, columns = np.mgrid[int(y) - 8 : int(y) + 9, int(x) - 8 : int(x) + 9]
    radius = np.hypot(rows - y, columns - x).ravel()
    light = image[rows, columns].ravel()
    core_of_width = 1 / (2 * np.sqrt(2 ** (1 / 3) - 1))
    widths = np.linspace(2.0, 14.0, 241)
    return widths[np.argmin([_misfit(radius, light, width * core_of_width) for width in widths])]


def _misfit(radius, light, core):
    model = (1 + (radius / core) ** 2) ** -3.0
    share = (model @ light) / (model @ model)
    return np.sum((light - share * model) ** 2)


def test_stars_are_sharpest_in_focus_and_swell_as_the_focal_ratio_says():
    about = {"weather.seeing_arcseconds": 1.5, "camera.pixel_micrometres": 4.5}
    world = open_world(512, **RICH, **STEADY, **PERFECT_MOUNT, **about)
    best = _best_focus(world)
    offsets = np.array([-400, -200, 0, 200, 400])
    widths = []
    for offset in offsets:
        # Always from below, so that backlash stays on one side.
        world.focuser.move(round(best + offset) - 200)
        world.clock.advance(2)
        world.focuser.move(round(best + offset))
        world.clock.advance(2)
        image = take(world, 10.0)
        widths.append(_half_flux_diameter(world, image))
    curve = np.polyfit(offsets, np.square(widths), 2)
    assert -curve[1] / (2 * curve[0]) == pytest.approx(0.0, abs=30), "the floor is at the best focus"
    # Far out a star is the pupil's shadow, half of whose light is within sqrt((1 + e^2) / 2) of its diameter.
    blur = 400 * 2.0 / (1.8564 / 0.3) / 4.5
    shadow = blur * np.sqrt((1 + 0.35**2) / 2)
    assert widths[0] == pytest.approx(np.hypot(shadow, widths[2]), rel=0.1)
    assert widths[4] == pytest.approx(widths[0], rel=0.1)


def _half_flux_diameter(world, image):
    truth = world.camera.truth()
    wcs = wcs_of(truth, truth.sky.ra_degrees, truth.sky.dec_degrees)
    clean = np.ascontiguousarray(image - sep.Background(image, bw=128, bh=128).back())
    stars = world.catalogue.stars_near(*wcs.wcs.crval, 0.06, 13.5, unix=world.now())
    x, y = wcs.all_world2pix(stars.ra_degrees, stars.dec_degrees, 0)
    well = (x > 45) & (x < 467) & (y > 45) & (y < 467)
    x, y = x[well][:6], y[well][:6]
    radius, _ = sep.flux_radius(clean, x, y, np.full(len(x), 40.0), 0.5, subpix=5)
    return 2 * np.median(radius)


def test_extinction_of_a_cloud_dims_stars_by_what_the_truth_says():
    world = open_world(512, 0.5, -25.0, **STEADY, **PERFECT_MOUNT)
    fluxes = []
    for percent in (0.0, 40.0):
        world.faults.inject("weather.cloud", percent=percent)
        world.clock.advance(60)
        begin(world, 20.0)
        image = np.ascontiguousarray(world.camera.image().astype(float))
        image -= sep.Background(image).back()
        stars = world.camera.truth().sky.stars
        well = (stars.x > 20) & (stars.x < 490) & (stars.y > 20) & (stars.y < 490)
        flux, _, _ = sep.sum_circle(image, stars.x[well][:8], stars.y[well][:8], 7.0)
        fluxes.append((flux.sum(), world.camera.truth().sky.extinction_magnitudes))
    dimmed = 2.5 * np.log10(fluxes[0][0] / fluxes[1][0])
    assert dimmed == pytest.approx(fluxes[1][1] - fluxes[0][1], abs=0.03)
    assert dimmed > 0.5


def test_the_field_turns_round_on_the_other_side_of_the_pier():
    world = open_world(256, 1.0, -30.0, **STEADY, **PERFECT_MOUNT)
    begin(world, 1.0)
    before = world.camera.truth().sky
    point(world, -1.0, -30.0)
    begin(world, 1.0)
    after = world.camera.truth().sky
    turned = (after.position_angle_degrees - before.position_angle_degrees) % 360
    assert turned == pytest.approx(180.0, abs=0.5)
