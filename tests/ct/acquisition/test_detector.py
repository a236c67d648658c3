"""Detectors: flat and curved, and arcs that cannot be."""

import numpy as np
import pytest

from diaphane.ct import ConeBeam, ConeScan, Detector, FanBeam, ParallelBeam, fdk, memory, rays
from diaphane.errors import GeometryError, InputError
from diaphane.space import GridOptions
from diaphane.units import Quantity


def test_rays_of_a_curved_detector_are_at_equal_angles():
    detector = Detector(3, 7, 1.0, 20.0, center_column=2.5, shape="curved")
    lines = rays(ConeBeam(np.zeros(1), detector, 60.0, 100.0), 0)
    along = lines.directions[1]  # the source at -y, columns toward +x
    angles = np.arctan2(along[:, 0], along[:, 1])
    np.testing.assert_allclose(angles, (np.arange(7) - 2.5) * 0.2, atol=1e-12)
    steep = lines.directions[2, :, 2] / np.hypot(*lines.directions[2, :, :2].T)
    np.testing.assert_allclose(steep, 1 / 100, atol=1e-12)


def test_a_curved_detector_may_be_told_by_its_angles():
    detector = Detector.curved(
        1, 101, row_spacing_mm=1.0, column_spacing_deg=0.5, source_to_detector_mm=800.0
    )
    fan = FanBeam(np.zeros(1), detector, 500.0, 800.0)
    np.testing.assert_allclose(np.rad2deg(fan.fan_rad), np.arange(-50, 51) * 0.5, atol=1e-12)


@pytest.mark.parametrize("kind", [FanBeam, ConeBeam])
def test_arcs_that_cannot_be_are_refused(kind):
    radians = Detector(1, 736, 1.0, 0.00118, shape="curved")
    with pytest.raises(GeometryError, match=r"is the arc in mm, not an angle; Detector\.curved"):
        kind(np.zeros(1), radians, 595.0, 1085.6)
    degrees = Detector(1, 888, 1.0, 0.06, shape="curved")
    with pytest.raises(GeometryError, match=r"a fan of only 3\.2°: column_spacing_mm is the arc"):
        kind(np.zeros(1), degrees, 541.0, 949.0)
    huge = Detector(1, 736, 1.0, 5.0, shape="curved")
    with pytest.raises(GeometryError, match="would reach 97° from the central ray, at most 80°"):
        kind(np.zeros(1), huge, 595.0, 1085.6)
    with pytest.raises(GeometryError, match="parallel rays need a flat detector"):
        ParallelBeam(np.zeros(1), radians)


def test_too_little_memory_is_told_with_a_grid_that_fits(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 2**20)
    angles = np.arange(30) * np.pi / 15
    beam = ConeBeam(angles, Detector(40, 60, 2.0, 2.0), 500, 750)
    scan = ConeScan(np.zeros((30, 40, 60), np.float32), beam, Quantity.LINE_INTEGRAL)
    with pytest.raises(InputError, match=r"ct\.fdk needs 0\.0 GiB .* grid\.voxel_mm = 2\.\d fits"):
        fdk(scan, grid=GridOptions(voxel_mm=1.0, shape=(128, 128, 128)))
