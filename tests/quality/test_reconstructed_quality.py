"""A simulated scanner measured from end to end: sharpness as the theory of its parts says."""

import numpy as np
import pytest

from diaphane import ct, phantom, quality
from diaphane.phantom.classic import INSERTS
from diaphane.phantom.materials import HOUNSFIELD
from diaphane.space import GridOptions

PITCH_MM = 2 / 3  # of the detector, at the axis
RODS = [
    (48 * float(np.cos(np.deg2rad(r.angle_deg))), 48 * float(np.sin(np.deg2rad(r.angle_deg))), 0.0)
    for r in INSERTS
]
VALUES = [HOUNSFIELD[r.material] for r in INSERTS]


@pytest.fixture(scope="module")
def image():
    angles = np.arange(360) * np.pi / 180
    beam = ct.FanBeam(angles, ct.Detector(1, 300, 1.0, 1.0), 500.0, 750.0)
    scan = phantom.scan(phantom.water_cylinder(radius_mm=80.0), beam, photons=2e5, seed=1)
    grid = GridOptions(voxel_mm=0.4, shape=(1, 420, 420))
    return ct.hounsfield(ct.fbp(ct.line_integrals(scan), grid=grid), water_per_mm=0.02059)


def test_the_transfer_of_fbp_is_window_times_pixel_times_interpolation(image):
    curve = quality.mtf_disc(image, center_mm=RODS[5], radius_mm=10.0, reach_mm=6.0)
    x = curve.x * PITCH_MM
    window = 0.5 + 0.5 * np.cos(2 * np.pi * np.minimum(x, 0.5))
    theory = window * np.sinc(x) ** 3  # a pixel's width once, linear interpolation twice
    here = curve.x < 0.6
    assert np.abs(curve.y - theory)[here].max() < 0.05
    half = quality.falls_to(curve, level=0.5)
    assert half.value == pytest.approx(np.interp(-0.5, -theory, curve.x), rel=0.05)


def test_rods_and_water_read_what_they_are_made_of(image):
    curve = quality.rods(image, places_mm=RODS, expected=VALUES, radius_mm=6.0)
    worst, slope = quality.accuracy(curve), quality.linearity(curve)
    assert abs(worst.value) < 5
    assert slope.value == pytest.approx(1, abs=0.003)
    middle = {"center_mm": (0.0, 0.0, 0.0)}
    even = quality.uniformity(image, **middle, radius_mm=80.0)
    assert even.interval[0] < 1 and even.interval[1] > -1  # noqa: PT018
    assert 8 < quality.noise(image, **middle, radius_mm=20.0).value < 15
