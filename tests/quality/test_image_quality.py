"""Sharpness, noise, right values and detectability, each on a picture whose answer is known."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import erf

from diaphane import formats, quality
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Quantity
from diaphane.space import Grid

PIXEL, SIGMA = 0.5, 0.6


def image_of(values, pixel=PIXEL, shift_mm=(0.0, 0.0)):
    values = np.asarray(values, float)
    values = values[None] if values.ndim == 2 else values
    grid = Grid.centered(values.shape, (2.0, pixel, pixel), (*shift_mm, 0.0))
    return Image(values, grid, Quantity.HOUNSFIELD)


def plane(n=160, shift_mm=(0.0, 0.0)):
    axis = (np.arange(n) - (n - 1) / 2) * PIXEL
    return np.meshgrid(axis + shift_mm[0], axis + shift_mm[1])


def gaussian_transfer(frequency):
    return np.exp(-2 * (np.pi * SIGMA * frequency) ** 2)


def noisy(values, sigma, seed=0):
    return values + np.random.default_rng(seed).normal(0, sigma, np.shape(values))


def step_of(distance):
    return 0.5 * (1 - erf(distance / (SIGMA * np.sqrt(2))))


@pytest.mark.parametrize("contrast", [400, -250])
def test_the_rim_of_a_blurred_disc_gives_the_blurs_transfer(contrast):
    x, y = plane()
    disc = contrast * step_of(np.hypot(x - 3.2, y + 1.1) - 25.0)
    curve = quality.mtf_disc(
        image_of(noisy(disc, 5)), center_mm=(2.5, -0.5, 0.0), radius_mm=25.0, reach_mm=9.0
    )
    truth = gaussian_transfer(curve.x)
    assert np.abs(curve.y - truth)[curve.x < 0.6].max() < 0.03
    half = quality.falls_to(curve, level=0.5)
    expected = np.sqrt(np.log(2) / 2) / (np.pi * SIGMA)
    assert half.value == pytest.approx(expected, rel=0.03)
    assert half.interval[0] < expected < half.interval[1]
    assert half.unit == "1/mm"


@pytest.mark.parametrize("angle_deg", [4.0, 86.5, 27.0, -120.0])
def test_a_slanted_edge_gives_the_blurs_transfer(angle_deg):
    x, y = plane()
    angle = np.deg2rad(angle_deg)
    edge = 300 * step_of(x * np.cos(angle) + y * np.sin(angle) - 0.7)
    curve = quality.mtf_edge(image_of(noisy(edge, 3)), center_mm=(0.0, 0.0, 0.0), half_size_mm=18.0)
    assert np.abs(curve.y - gaussian_transfer(curve.x))[curve.x < 0.6].max() < 0.04


def test_a_wire_gives_the_blurs_transfer():
    x, y = plane()
    wire = 800 * np.exp(-((x - 1.3) ** 2 + (y + 0.4) ** 2) / (2 * SIGMA**2))
    curve = quality.mtf_wire(image_of(noisy(wire, 1)), center_mm=(1.0, 0.0, 0.0), radius_mm=5.0)
    assert np.abs(curve.y - gaussian_transfer(curve.x))[curve.x < 0.6].max() < 0.02
    assert (curve.low <= curve.y).all()
    with pytest.raises(InputError, match="no wire"):
        quality.mtf_wire(image_of(noisy(0 * x, 1)), center_mm=(0.0, 0.0, 0.0), radius_mm=5.0)


def test_where_there_is_no_edge_none_is_measured():
    x, _ = plane()
    flat = image_of(noisy(0 * x, 10))
    with pytest.raises(InputError, match="no clear edge"):
        quality.mtf_edge(flat, center_mm=(0.0, 0.0, 0.0), half_size_mm=10.0)


def white(sigma, n_slices=6, n=128, seed=1):
    return image_of(noisy(np.full((n_slices, n, n), 40.0), sigma, seed))


def test_white_noise_has_a_flat_spectrum_of_known_height():
    image = white(20)
    curve = quality.noise_power(
        image, center_mm=(0.0, 0.0, 0.0), radius_mm=44.0, half_height_mm=10.0, side=32
    )
    truth = 20**2 * PIXEL**2
    middle = curve.x > 4 / (32 * PIXEL)
    assert curve.y[middle].mean() == pytest.approx(truth, rel=0.02)
    covered = (curve.low <= truth) & (truth <= curve.high)
    assert covered[middle].mean() > 0.7
    assert curve.y_unit == "HU² mm²"


def test_blurred_noise_has_the_spectrum_of_the_blur():
    rng = np.random.default_rng(3)
    values = np.stack(
        [ndimage.gaussian_filter(rng.normal(0, 50, (256, 256)), 0.9, mode="wrap") for _ in range(6)]
    )
    curve = quality.noise_power(
        image_of(values), center_mm=(0.0, 0.0, 0.0), radius_mm=88.0, half_height_mm=10.0, side=64
    )
    truth = 50**2 * PIXEL**2 * np.exp(-4 * (np.pi * 0.9 * PIXEL * curve.x) ** 2)
    here = (curve.x > 0.09) & (curve.x < 0.6)
    np.testing.assert_allclose(curve.y[here], truth[here], rtol=0.15)


def test_the_map_of_white_noise_is_even_and_twins_cancel_the_body():
    x, y = plane(128)
    body = np.stack([500 * step_of(np.hypot(x, y) - 20)] * 6)
    one, two = image_of(noisy(body, 10, 5)), image_of(noisy(body, 10, 6))
    where = {"center_mm": (0.0, 0.0, 0.0), "radius_mm": 44.0, "half_height_mm": 10.0}
    assert quality.noise(one, two, **where).value == pytest.approx(10, rel=0.02)
    map_ = quality.noise_power_map(one, two, **where, side=16)
    assert map_.values.shape == (1, 16, 16)
    assert map_.values[0, :4].mean() == pytest.approx(1, abs=0.1)


def test_noise_is_measured_with_an_interval_that_holds_it():
    held = 0
    for seed in range(20):
        found = quality.noise(
            white(12, seed=seed), center_mm=(3.0, 2.0, 0.0), radius_mm=8.0, half_height_mm=10.0
        )
        held += found.interval[0] <= 12 <= found.interval[1]
    assert held >= 16


def test_a_cup_is_measured_from_middle_to_rim():
    x, y = plane()
    cup = 0.02 * (x**2 + y**2)
    found = quality.uniformity(
        image_of(noisy(cup, 2)), center_mm=(0.0, 0.0, 0.0), radius_mm=35.0, disc_mm=3.0
    )
    truth = 0.02 * 30.5**2
    assert found.value == pytest.approx(truth, abs=1)
    assert found.interval[0] < truth < found.interval[1]


PLACES = [(-20.0, 0.0, 0.0), (20.0, 5.0, 0.0), (0.0, 20.0, 0.0), (3.0, -18.0, 0.0)]
VALUES = [-100.0, 50.0, 400.0, 1000.0]


def test_rods_are_measured_and_held_against_what_they_should_be():
    x, y = plane()
    values = np.zeros_like(x)
    for (px, py, _), value in zip(PLACES, VALUES):
        values[np.hypot(x - px, y - py) < 7] = 1.02 * value + 3
    curve = quality.rods(
        image_of(noisy(values, 4)), places_mm=PLACES[::-1], expected=VALUES[::-1], radius_mm=5.0
    )
    np.testing.assert_allclose(curve.y, 1.02 * curve.x + 3, atol=1.5)
    worst = quality.accuracy(curve)
    assert worst.value == pytest.approx(23, abs=1.5)
    assert worst.interval[0] < 23 < worst.interval[1]
    slope = quality.linearity(curve)
    assert slope.interval[0] < 1.02 < slope.interval[1]
    assert slope.value == pytest.approx(1.02, abs=0.002)
    with pytest.raises(InputError, match="as many different values"):
        quality.rods(image_of(values), places_mm=PLACES, expected=[1.0, 1.0, 2.0, 3.0])


def test_contrast_to_noise_is_what_it_was_made_of():
    x, y = plane()
    values = noisy(60.0 * (np.hypot(x - 10, y) < 8), 20)
    found = quality.contrast_to_noise(
        image_of(values), center_mm=(10.0, 0.0, 0.0), background_mm=(-15.0, 0.0, 0.0), radius_mm=6.0
    )
    assert found.interval[0] < 3 < found.interval[1]
    with pytest.raises(InputError, match="no noise"):
        quality.contrast_to_noise(
            image_of(0 * x), center_mm=(0.0, 0.0, 0.0), background_mm=(9.0, 0.0, 0.0), radius_mm=3.0
        )


def test_a_gaussian_slice_has_its_width():
    z = (np.arange(25) - 12) * 2.0
    profile = np.exp(-0.5 * ((z - 1.0) / 3.0) ** 2)
    x, y = plane(60)
    values = 500 * profile[:, None, None] * (np.hypot(x, y) < 3)
    curve = quality.slice_profile(
        image_of(noisy(values, 20)), center_mm=(0.0, 0.0, 1.0), radius_mm=2.5
    )
    width = quality.width_at(curve)
    assert width.value == pytest.approx(2.3548 * 3, rel=0.03)
    assert width.interval[0] < 2.3548 * 3 < width.interval[1]


SIZE = 6.0
RODS = {
    "present_mm": [(-15.0, 0.0, 0.0), (15.0, 0.0, 0.0)],
    "absent_mm": [(0.0, 18.0, 0.0), (0.0, -18.0, 0.0)],
}


def looks(amplitude, n_slices=60, seed=0, sigma=10.0):
    """Rods of the very shape of the first round channel, where its answer is exact."""
    x, y = plane(140)
    shape = sum(
        np.exp(-np.pi * ((x - px) ** 2 + (y - py) ** 2) / SIZE**2)
        for px, py in ((-14.75, 0.25), (15.25, 0.25))
    )
    values = noisy(np.broadcast_to(amplitude * shape, (n_slices, *x.shape)), sigma, seed)
    ideal = amplitude * np.sqrt(SIZE**2 / 2) / PIXEL / sigma
    return image_of(values), ideal


@pytest.mark.parametrize("channels", ["laguerre-gauss", "gabor"])
def test_detectability_in_white_noise_is_that_of_the_ideal_observer(channels):
    image, ideal = looks(2.5)
    found = quality.detectability(
        image, **RODS, size_mm=SIZE, half_height_mm=100.0, channels=channels, n_channels=3
    )
    if channels == "laguerre-gauss":
        assert found.interval[0] < ideal < found.interval[1]
        assert found.value == pytest.approx(ideal, rel=0.25)
    else:
        assert 0.5 * ideal < found.value < 1.1 * ideal


def test_detectability_grows_with_contrast_and_nothing_cannot_be_seen():
    where = {**RODS, "size_mm": SIZE, "half_height_mm": 100.0, "n_channels": 3}
    found = [quality.detectability(looks(a, 30)[0], **where) for a in (0.0, 2.0, 5.0)]
    assert found[0].value < 0.6
    assert found[0].interval[0] == 0
    assert found[1].value < found[2].value
    with pytest.raises(InputError, match="too few"):
        quality.detectability(looks(1.0, 2)[0], **{**where, "n_channels": 9})
    with pytest.raises(GeometryError, match="border"):
        quality.detectability(looks(1.0, 2)[0], **{**where, "absent_mm": [(33.0, 0.0, 0.0)]})


def test_known_backgrounds_hide_nothing_and_unknown_ones_do():
    """The same rods over a step: around each place's own mean, the answer is as on flat ground."""
    flat, ideal = looks(2.5)
    x, _ = plane(140)
    sloped = image_of(flat.values + 3.0 * (x > 0))
    values = np.concatenate([flat.values * 0, sloped.values])  # lower half without rods
    values[:60] = noisy(np.broadcast_to(3.0 * (x > 0), values[:60].shape), 10.0, 9)
    image = image_of(values)
    present = [(-14.75, 0.25, 60.0), (15.25, 0.25, 60.0)]
    where = {
        "present_mm": present,
        "absent_mm": [(px, py, -pz) for px, py, pz in present],
        "size_mm": SIZE,
        "half_height_mm": 59.5,
        "n_channels": 3,
    }
    known = quality.detectability(image, **where, background="known")
    assert known.interval[0] < ideal < known.interval[1]
    unknown = quality.detectability(image, **where)
    assert unknown.value < known.value


def test_the_interval_of_detectability_holds_the_truth_as_often_as_it_says():
    """The formula itself, on responses drawn at random: 95 % of 200 within 3.5 deviations."""
    from diaphane.quality.observers import _interval

    rng, n, p, d = np.random.default_rng(0), 20, 3, 1.5
    held = 0
    for _ in range(200):
        a, b = rng.normal(size=(2, n, p))
        a[:, 0] += d
        pooled = (np.cov(a.T) + np.cov(b.T)) / 2
        difference = a.mean(0) - b.mean(0)
        squared = float(difference @ np.linalg.solve(pooled, difference))
        low, high = _interval(squared, 2 * n - 2, p, 2 / n)
        held += low <= d <= high
    assert 179 <= held <= 200


def test_a_curve_is_checked_and_stored_without_loss(tmp_path):
    curve = quality.Curve(np.arange(3.0), np.ones(3), "mm", "HU", np.zeros(3), np.full(3, 2.0))
    formats.write_store(curve, tmp_path / "curve.h5")
    again = formats.read_store(tmp_path / "curve.h5")
    np.testing.assert_array_equal(again.high, curve.high)
    assert (again.x_unit, again.y_unit) == ("mm", "HU")
    with pytest.raises(InputError, match="growing"):
        quality.Curve(np.zeros(2), np.ones(2), "", "")
    with pytest.raises(InputError, match="both low and high"):
        quality.Curve(np.arange(2.0), np.ones(2), "", "", np.zeros(2))
    with pytest.raises(InputError, match="must fall to"):
        quality.falls_to(curve)
