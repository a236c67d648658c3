"""From simulated counts to Hounsfield numbers, judged by the bodies' own numbers."""

import numpy as np
import pytest

from diaphane import ct, phantom
from diaphane.phantom import INSERTS
from diaphane.space import GridOptions

DETECTOR = ct.Detector(1, 401, 1.0, 0.85, center_column=198.7)
BEAMS = {
    "parallel": ct.ParallelBeam(np.arange(720) * np.pi / 720, ct.Detector(1, 400, 1.0, 0.6)),
    "fan": ct.FanBeam(np.arange(900) * np.pi / 450, DETECTOR, 600.0, 900.0),
}


def hounsfield_of(scan, **options):
    image = ct.fbp(ct.line_integrals(scan), **options)
    return ct.hounsfield(image, water_per_mm=phantom.WATER_PER_MM)


def mean_hu(image, x_mm, y_mm, radius_mm):
    grid = image.grid
    index = np.stack(np.meshgrid([0], *(np.arange(n) for n in grid.shape[1:]), indexing="ij"), -1)
    away = np.linalg.norm(grid.to_mm(index)[0, ..., :2] - (x_mm, y_mm), axis=-1)
    values = image.values[0][away <= radius_mm].astype(np.float64)
    return values.mean(), values.std() / np.sqrt(len(values))


@pytest.mark.parametrize("name", BEAMS)
def test_water_is_flat_within_1_hu_from_counts_on(name):
    water = phantom.water_cylinder(radius_mm=80.0, inserts="none")
    scan = phantom.scan(water, BEAMS[name], subrays=4)
    image = hounsfield_of(scan)
    for x, y in ((0, 0), (0, 75), (-75, 0), (52, -52), (30, 20)):
        assert abs(mean_hu(image, x, y, 3.5)[0]) < 1, (x, y)
    assert mean_hu(image, 0, 95, 5.0)[0] == pytest.approx(-1000, abs=2)


def test_every_insert_of_a_noisy_scan_has_its_hounsfield_number():
    body = phantom.water_cylinder(radius_mm=80.0)
    scan = phantom.scan(
        body, BEAMS["fan"], photons=200_000, seed=3, dark_counts=50, gain_spread=0.05
    )
    image = hounsfield_of(scan, grid=GridOptions(voxel_mm=0.5, shape=(1, 360, 360)))
    for insert, rod in zip(INSERTS, body.parts[-len(INSERTS) :]):
        x, y = rod.center_mm[:2]
        mean, error = mean_hu(image, x, y, 0.6 * min(rod.radii_mm))
        truth = phantom.HOUNSFIELD[insert.material]
        assert mean == pytest.approx(truth, abs=max(4 * error, 3)), insert.material


def test_few_photons_make_bones_look_denser_by_the_stated_bias():
    """Behind 160 mm of water about 3.7 % of the photons are left."""
    water = phantom.water_cylinder(radius_mm=80.0, inserts="none")
    beam = ct.ParallelBeam(np.arange(4000) * np.pi / 4000, ct.Detector(1, 9, 1.0, 0.6))
    noisy = ct.line_integrals(phantom.scan(water, beam, photons=1500, seed=1, n_flats=100)).values
    truth = ct.line_integrals(phantom.scan(water, beam)).values
    kept = 1500 * np.exp(-truth)
    assert kept.max() < 70
    assert (noisy - truth).mean() == pytest.approx((1 / (2 * kept)).mean(), rel=0.25)
