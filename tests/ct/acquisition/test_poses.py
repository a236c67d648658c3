"""Cone-beam scans whose source and detector do not stand as planned."""

import dataclasses

import numpy as np
import pytest

from diaphane.ct import ConeBeam, ConeScan, Detector, PoseBeam, PoseScan, fdk, rays
from diaphane.errors import GeometryError
from diaphane.phantom import Body, Ellipsoid
from diaphane.space import GridOptions
from diaphane.units import Quantity

BODY = Body(
    (
        Ellipsoid((6.0, -4.0, 2.0), (24.0, 17.0, 21.0), 0.020, (0.0, 0.0, 20.0)),
        Ellipsoid((14.0, -1.0, 4.0), (5.0, 4.0, 6.0), 0.040),
        Ellipsoid((-4.0, -9.0, -3.0), (5.0, 5.0, 5.0), 0.0),
        Ellipsoid((4.0, 5.0, 6.0), (4.0, 3.0, 4.0), 0.030),
    )
)
PLACES = [(14, -1, 4), (-4, -9, -3), (4, 5, 6), (6, -4, 2), (20, -8, 1), (-20, 14, 0)]
GRID = GridOptions(voxel_mm=1.0, shape=(32, 64, 65), center_mm=(2.0, -2.0, 1.0))
CIRCLE = np.arange(160) * np.pi / 80
BEAM = ConeBeam(CIRCLE, Detector(85, 115, 1.5, 1.4, 43.2, 58.7), 300, 480)


def scan_of(beam, subrays=2):
    """The mean line integral over each pixel."""
    inside = (np.arange(subrays) + 0.5) / subrays - 0.5
    detector = beam.detector
    row = (np.arange(detector.n_rows)[:, None] + inside).ravel()
    column = (np.arange(detector.n_columns)[:, None] + inside).ravel()
    grid = [g.ravel() for g in np.meshgrid(row, column, indexing="ij")]
    shape = (detector.n_rows, subrays, detector.n_columns, subrays)
    values = []
    for view in range(beam.n_views):
        lines = rays(beam, view, rows=grid[0], columns=grid[1])
        integrals = BODY.line_integrals(lines.origins_mm, lines.directions)
        values.append(integrals.reshape(shape).mean(axis=(1, 3)))
    kind = PoseScan if isinstance(beam, PoseBeam) else ConeScan
    return kind(np.array(values, np.float32), beam, Quantity.LINE_INTEGRAL)


def assert_right(image, tolerance):
    centers = np.round(image.grid.to_index(PLACES)).astype(int)
    found = [image.values[tuple(slice(i - 1, i + 2) for i in c)].mean() for c in centers]
    np.testing.assert_allclose(found, BODY.attenuation_at(PLACES), atol=tolerance)


def wobble(n, size, seed):
    """Shifts that change from view to view by a little, and over the turn by more."""
    rng = np.random.default_rng(seed)
    slow = np.sin(CIRCLE[:, None] * rng.integers(1, 4, n) + rng.uniform(0, 6, n))
    return size * (slow + rng.normal(0, 0.02, (len(CIRCLE), n)))


def test_poses_of_a_circle_give_rays_and_picture_of_the_circle():
    posed = PoseBeam.of(BEAM)
    views = np.array([0, 7, 90])
    np.testing.assert_allclose(
        rays(posed, views).origins_mm[:, 0, 0], rays(BEAM, views).origins_mm[:, 0, 0], atol=1e-9
    )
    np.testing.assert_allclose(
        rays(posed, views).directions, rays(BEAM, views).directions, atol=1e-12
    )
    scan = scan_of(BEAM, 1)
    same = PoseScan(scan.values, posed, Quantity.LINE_INTEGRAL)
    circle, poses = fdk(scan, grid=GRID), fdk(same, grid=GRID)
    np.testing.assert_allclose(poses.values, circle.values, atol=2e-6)
    assert fdk(same).grid.spacing_mm == pytest.approx(fdk(scan).grid.spacing_mm)


CASES = {
    "turned in its plane": {"in_plane_deg": 4.0},
    "leaning": {"tilt_deg": 5.0},
    "standing back on one side": {"slant_deg": -6.0},
    "all three, and shifted": {
        "in_plane_deg": -2.0,
        "tilt_deg": -3.0,
        "slant_deg": 3.0,
        "shift_mm": (4.0, -3.0),
    },
    "another shift in each view": {"shift_mm": wobble(2, 3.0, 1)},
    "another source in each view": {"source_shift_mm": wobble(3, 2.0, 2)},
    "all at once in each view": {
        "in_plane_deg": wobble(1, 2.0, 3)[:, 0],
        "tilt_deg": wobble(1, 2.0, 4)[:, 0],
        "slant_deg": wobble(1, 2.0, 5)[:, 0],
        "shift_mm": wobble(2, 2.0, 6),
        "source_shift_mm": wobble(3, 1.0, 7),
    },
}


@pytest.mark.parametrize("case", CASES)
def test_attenuation_stands_where_the_body_is_from_any_pose(case):
    image = fdk(scan_of(PoseBeam.of(BEAM, **CASES[case])), grid=GRID, window="ram-lak")
    assert_right(image, 5e-4)


def test_a_short_scan_from_any_pose_is_right():
    beam = ConeBeam(np.arange(0.3, 0.3 + np.pi + 0.5, np.pi / 80), BEAM.detector, 300, 480)
    image = fdk(scan_of(PoseBeam.of(beam, in_plane_deg=2.0, slant_deg=2.0)), grid=GRID)
    assert_right(image, 8e-4)


def test_a_detector_to_one_side_sees_the_whole_body_from_any_pose():
    narrow = Detector(85, 82, 1.5, 1.4, 43.2, 20.7)
    circle = ConeBeam(CIRCLE, narrow, 300, 480)
    scan = scan_of(circle, 1)
    posed = fdk(PoseScan(scan.values, PoseBeam.of(circle), Quantity.LINE_INTEGRAL), grid=GRID)
    np.testing.assert_allclose(posed.values, fdk(scan, grid=GRID).values, atol=5e-6)
    centered = dataclasses.replace(circle, detector=dataclasses.replace(narrow, center_column=40.5))
    shifted = PoseBeam.of(centered, shift_mm=(28.0, 1.0), in_plane_deg=1.5, tilt_deg=2.0)
    assert_right(fdk(scan_of(shifted), grid=GRID, window="ram-lak"), 8e-4)
    half = PoseBeam.of(dataclasses.replace(circle, angles_rad=CIRCLE[:100]))
    values = np.zeros((100, 85, 82), np.float32)
    with pytest.raises(GeometryError, match=r"stands to one side .* needs views around the full"):
        fdk(PoseScan(values, half, Quantity.LINE_INTEGRAL), grid=GRID)


def test_poses_that_cannot_be_are_refused_in_one_sentence():
    posed = PoseBeam.of(BEAM)
    with pytest.raises(GeometryError, match=r"column_axes must have shape \(n_views, 3\)"):
        dataclasses.replace(posed, column_axes=posed.column_axes[:5])
    with pytest.raises(GeometryError, match="unit vectors at right angles, those of view"):
        dataclasses.replace(posed, row_axes=posed.column_axes)
    with pytest.raises(GeometryError, match="stand in front of the detector"):
        dataclasses.replace(posed, sources_mm=2 * posed.centers_mm)
    curved = dataclasses.replace(BEAM.detector, shape="curved")
    with pytest.raises(GeometryError, match="poses of a curved detector"):
        PoseBeam.of(dataclasses.replace(BEAM, detector=curved))
    lying = PoseBeam.of(BEAM, tilt_deg=45.0)
    values = np.zeros((160, 85, 115), np.float32)
    with pytest.raises(GeometryError, match="stand upright within 30°"):
        fdk(PoseScan(values, lying, Quantity.LINE_INTEGRAL))
