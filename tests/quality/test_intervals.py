"""Intervals hold the truth as often as they say, in picture after picture of the same body."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.special import erf

from diaphane import quality
from diaphane.image import Image, Measurement, Quantity
from diaphane.space import Grid

N_SEEDS, FEWEST_HELD = 20, 17  # 19 are expected; 16 or fewer come by chance once in sixty
PIXEL, SIGMA = 0.5, 0.6
PLACES = [(-14.0, 0.0, 0.0), (14.0, 5.0, 0.0), (0.0, 15.0, 0.0), (3.0, -14.0, 0.0)]
VALUES = [-100.0, 50.0, 400.0, 1000.0]
MIDDLE = (0.0, 0.0, 0.0)


def plane(n=97):
    axis = (np.arange(n) - (n - 1) / 2) * PIXEL
    return np.meshgrid(axis, axis)


X, Y = plane()


def seen(values, sigma, seed, correlation=0.0):
    """An image of a slice, or of several, in noise that reaches `correlation` pixels."""
    values = np.asarray(values, float)
    values = values[None] if values.ndim == 2 else values
    noise = np.random.default_rng(seed).normal(size=values.shape)
    noise = ndimage.gaussian_filter(noise, (0, correlation, correlation))
    grid = Grid.centered(values.shape, (2.0, PIXEL, PIXEL))
    return Image(values + sigma * noise / noise.std(), grid, Quantity.HOUNSFIELD)


def points(curve, truth, chosen):
    """Return low, value, high and truth of some points of a curve."""
    return np.stack([curve.low, curve.y, curve.high, truth], axis=1)[chosen]


def number(found: Measurement, truth):
    return np.array([[found.interval[0], found.value, found.interval[1], truth]])


def transfer(curve):
    """Some points of a modulation transfer, and where it falls to a half."""
    truth = np.exp(-2 * (np.pi * SIGMA * curve.x) ** 2)
    half = np.sqrt(np.log(2) / 2) / (np.pi * SIGMA)
    return np.concatenate(
        [points(curve, truth, [8, 16, 24, 32]), number(quality.falls_to(curve, level=0.5), half)]
    )


def edge(seed, angle_deg, sigma, correlation=0.0):
    angle = np.deg2rad(angle_deg)
    across = X * np.cos(angle) + Y * np.sin(angle) - 0.7
    body = 150 * (1 - erf(across / (SIGMA * np.sqrt(2))))
    image = seen(body, sigma, seed, correlation)
    return transfer(quality.mtf_edge(image, center_mm=MIDDLE, half_size_mm=16.0))


def wire(seed, sigma, correlation=0.0):
    body = 800 * np.exp(-((X - 1.3) ** 2 + (Y + 0.4) ** 2) / (2 * SIGMA**2))
    image = seen(body, sigma, seed, correlation)
    return transfer(quality.mtf_wire(image, center_mm=(1.0, 0.0, 0.0), radius_mm=5.0))


def uniformity(seed, cup, correlation=0.0):
    image = seen(cup * (X**2 + Y**2), 2.0, seed, correlation)
    found = quality.uniformity(image, center_mm=MIDDLE, radius_mm=24.0, disc_mm=3.0)
    disc = np.hypot(X, Y)[np.hypot(X, Y) <= 3.0]
    rim = np.hypot(X - 19.5, Y) <= 3.0
    return number(found, cup * ((X**2 + Y**2)[rim].mean() - (disc**2).mean()))


def contrast(seed, correlation=0.0):
    image = seen(60.0 * (np.hypot(X - 10, Y) < 8), 20.0, seed, correlation)
    found = quality.contrast_to_noise(
        image, center_mm=(10.0, 0.0, 0.0), background_mm=(-12.0, 0.0, 0.0), radius_mm=6.0
    )
    return number(found, 3.0)


def rods(seed, slope, correlation=0.0):
    body = np.zeros_like(X)
    for (x, y, _), value in zip(PLACES, VALUES):
        body[np.hypot(X - x, Y - y) < 7] = slope * value + 3
    image = seen(body, 4.0, seed, correlation)
    curve = quality.rods(image, places_mm=PLACES, expected=VALUES, radius_mm=5.0)
    error = (slope - 1) * VALUES[-1] + 3
    return np.concatenate(
        [
            points(curve, slope * curve.x + 3, slice(None)),
            number(quality.linearity(curve), slope),
            number(quality.accuracy(curve), error),
        ]
    )


def slice_profile(seed, correlation=0.0):
    z = (np.arange(25) - 12) * 2.0
    x, y = plane(60)
    body = 500 * np.exp(-0.5 * (z / 3) ** 2)[:, None, None] * (np.hypot(x, y) < 3)
    image = seen(body, 40.0, seed, correlation)
    curve = quality.slice_profile(image, center_mm=MIDDLE, radius_mm=2.5)
    width = number(quality.width_at(curve), 3 * np.sqrt(8 * np.log(2)))
    return np.concatenate(
        [points(curve, np.exp(-0.5 * (curve.x / 3) ** 2), [2, 10, 11, 13, 14]), width]
    )


CASES = {
    "edge": lambda seed: edge(seed, 94.0, 12.0),
    "edge, noise that hangs together": lambda seed: edge(seed, -27.0, 3.0, 1.0),
    "wire": lambda seed: wire(seed, 4.0),
    "wire, noise that hangs together": lambda seed: wire(seed, 2.0, 1.0),
    "uniformity of a cup": lambda seed: uniformity(seed, 0.005),
    "uniformity of a flat body, noise that hangs together": lambda seed: uniformity(seed, 0.0, 1.0),
    "contrast to noise": contrast,
    "contrast to noise, noise that hangs together": lambda seed: contrast(seed, 1.0),
    "rods, linearity and accuracy": lambda seed: rods(seed, 1.02),
    "rods, noise that hangs together": lambda seed: rods(seed, 1.0, 1.0),
    "slice profile": slice_profile,
    "slice profile, noise that hangs together": lambda seed: slice_profile(seed, 1.0),
}


@pytest.mark.parametrize("case", CASES)
def test_the_interval_holds_the_truth_and_is_no_wider_than_it_must_be(case):
    found = np.stack([CASES[case](seed) for seed in range(N_SEEDS)])
    low, value, high, truth = np.moveaxis(found, -1, 0)
    held = ((low <= truth) & (truth <= high)).sum(axis=0)
    assert (held >= FEWEST_HELD).all(), f"of {N_SEEDS} intervals, {held} hold the truth"
    errors = np.sqrt(((value - truth) ** 2).mean(axis=0))
    wide = ((high - low) / 2).mean(axis=0) / errors
    assert (wide < 5).all(), f"half the interval is {wide} times the error"
