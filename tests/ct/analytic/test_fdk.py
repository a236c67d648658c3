"""Cone-beam reconstruction against bodies whose attenuation is known."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from diaphane.ct import ConeBeam, ConeScan, Detector, fdk, rays
from diaphane.errors import Cancelled, GeometryError, OptionError
from diaphane.image import Image
from diaphane.phantom import WATER_PER_MM, Body, Cylinder, Ellipsoid
from diaphane.progress import Cancel, Progress, listen
from diaphane.space import GridOptions
from diaphane.units import Quantity

BODY = Body(  # off the axis, off the plane of the source, and like none of its mirror images
    (
        Ellipsoid((6.0, -4.0, 2.0), (24.0, 17.0, 21.0), 0.020, (0.0, 0.0, 20.0)),
        Ellipsoid((14.0, -1.0, 4.0), (5.0, 4.0, 6.0), 0.040),
        Ellipsoid((-4.0, -9.0, -3.0), (5.0, 5.0, 5.0), 0.0),
        Ellipsoid((4.0, 5.0, 6.0), (4.0, 3.0, 4.0), 0.030),
    )
)
FLAT_MM = [(14, -1, 4), (-4, -9, -3), (4, 5, 6), (6, -4, 2), (20, -8, 1), (-20, 14, 0)]
"""Places with the same attenuation for some voxels around."""


def _scan(beam: ConeBeam, body: Body = BODY, subrays: int = 2) -> ConeScan:
    """Return the mean line integral over each pixel."""
    inside = (np.arange(subrays) + 0.5) / subrays - 0.5
    detector = beam.detector
    row = (np.arange(detector.n_rows)[:, None] + inside).ravel()
    column = (np.arange(detector.n_columns)[:, None] + inside).ravel()
    views = np.arange(beam.n_views)
    values = []
    for view in views:
        grid = np.meshgrid(row, column, indexing="ij")
        lines = rays(beam, views[view : view + 1], rows=grid[0].ravel(), columns=grid[1].ravel())
        integrals = body.line_integrals(lines.origins_mm, lines.directions)
        shape = (detector.n_rows, subrays, detector.n_columns, subrays)
        values.append(integrals.reshape(shape).mean(axis=(1, 3)))
    return ConeScan(np.array(values, np.float32), beam, Quantity.LINE_INTEGRAL)


def _circle(n_views: int, seed: int | None = None) -> np.ndarray:
    angles = np.arange(n_views) * 2 * np.pi / n_views
    if seed is None:
        return angles
    rng = np.random.default_rng(seed)
    return rng.permutation(angles + rng.uniform(-0.4, 0.4, n_views) * 2 * np.pi / n_views)


def _at(image: Image, points_mm: ArrayLike) -> np.ndarray:
    """Return the mean over 3 × 3 × 3 voxels around each point."""
    centers = np.round(image.grid.to_index(points_mm)).astype(int)
    return np.array([image.values[tuple(slice(i - 1, i + 2) for i in c)].mean() for c in centers])


BEAMS = {
    "even sizes": ConeBeam(_circle(120), Detector(64, 96, 1.6, 1.6), 500, 800),
    "odd sizes, off center": ConeBeam(
        _circle(121), Detector(71, 101, 1.5, 1.4, 33.2, 53.7), 500, 800
    ),
    "uneven angles in any order": ConeBeam(
        _circle(160, seed=5), Detector(64, 96, 1.6, 1.6), 500, 800
    ),
    "curved, wide, off center": ConeBeam(
        _circle(160), Detector(71, 101, 1.4, 1.5, 33.2, 52.4, "curved"), 100, 180
    ),
    "curved, even": ConeBeam(_circle(120), Detector(64, 96, 1.5, 1.6, shape="curved"), 200, 330),
    "a short scan": ConeBeam(
        np.arange(0.4, 0.4 + np.pi + 0.2, np.pi / 90), Detector(64, 96, 1.6, 1.6), 500, 800
    ),
    "a short scan onto a curved detector": ConeBeam(
        np.arange(-2, -2 + np.pi + 0.6, np.pi / 120),
        Detector(64, 96, 1.5, 1.6, shape="curved"),
        200,
        330,
    ),
    "a detector to one side": ConeBeam(
        _circle(180), Detector(64, 68, 1.6, 1.6, center_column=14.3), 500, 800
    ),
    "a curved detector to the other side": ConeBeam(
        _circle(180), Detector(64, 68, 1.5, 1.6, center_column=52.9, shape="curved"), 200, 330
    ),
}


@pytest.mark.parametrize("name", BEAMS)
def test_attenuation_stands_where_the_body_is(name: str):
    image = fdk(_scan(BEAMS[name]), window="ram-lak")
    np.testing.assert_allclose(_at(image, FLAT_MM), BODY.attenuation_at(FLAT_MM), atol=4e-4)
    assert image.quantity is Quantity.ATTENUATION
    assert image.values.dtype == np.float32


def test_any_grid_shows_the_same_body():
    scan = _scan(BEAMS["even sizes"])
    grids = [
        GridOptions(voxel_mm=0.8, shape=(33, 40, 41), center_mm=(8.0, -4.0, 3.0)),
        GridOptions(voxel_mm=1.3),
    ]
    for grid in grids:
        image = fdk(scan, window="ram-lak", grid=grid)
        places = [(14, -1, 4), (4, 5, 6), (6, -4, 2)]
        np.testing.assert_allclose(_at(image, places), BODY.attenuation_at(places), atol=5e-4)


def test_the_default_grid_covers_the_field_of_view_with_the_pitch_at_the_axis():
    beam = ConeBeam(_circle(24), Detector(20, 41, 1.2, 1.0, 4.5, 22.0), 400, 600)
    grid = fdk(_scan(beam, subrays=1)).grid
    assert grid.spacing_mm == pytest.approx((0.8, 2 / 3, 2 / 3))
    # 18 columns reach from the axis to the nearer end of the detector.
    radius_mm = 400 * np.sin(np.arctan(18 / 600))
    assert grid.shape[0] == 20
    assert grid.shape[1] == grid.shape[2] == int(np.ceil(2 * radius_mm / (2 / 3) + 1))
    np.testing.assert_allclose(grid.center_mm, (0, 0, 5 * 0.8), atol=1e-9)


def test_water_is_flat_within_one_hounsfield_unit_at_center_and_edge():
    water = Body((Cylinder((2.0, -3.0, 0.0), (40.0, 40.0), 400.0, WATER_PER_MM),))
    beam = ConeBeam(_circle(360), Detector(8, 160, 1.2, 1.2), 500, 800)
    image = fdk(_scan(beam, water, subrays=4), grid=GridOptions(voxel_mm=0.75, shape=(3, 128, 128)))
    angles = np.arange(12) * np.pi / 6
    ring = [(2 + 36 * np.cos(a), -3 + 36 * np.sin(a), 0) for a in angles]
    hounsfield = 1000 * (_at(image, [(2, -3, 0), (12, 5, 0), *ring]) / WATER_PER_MM - 1)
    assert abs(hounsfield[:2]).max() < 1, hounsfield
    assert abs(hounsfield[2:].mean()) < 1, hounsfield


def test_the_cone_angle_costs_accuracy_only_away_from_the_plane_of_the_source():
    """Near the face of a plate, the hardest body for a circle: in the plane and 5.5° above it."""
    plates = [Cylinder((0.0, 0.0, z), (20.0, 20.0), 9.0, 0.02) for z in (0.0, 48.0)]
    beam = ConeBeam(_circle(90), Detector(160, 96, 1.2, 1.6), 500, 800)
    image = fdk(_scan(beam, Body(tuple(plates))), window="ram-lak", grid=GridOptions(voxel_mm=1.0))
    mid, high = _at(image, [(12, 0, 2), (12, 0, 50)])
    assert mid == pytest.approx(0.02, rel=0.02)
    assert high == pytest.approx(0.02, rel=0.25)
    assert abs(high - 0.02) > 2 * abs(mid - 0.02)


def _codes(image: Image) -> dict[str, dict[str, Any]]:
    assert image.history is not None
    return {n.code: n.values for n in image.history.notices}


def test_voxels_that_not_every_view_saw_are_empty_and_counted():
    beam = BEAMS["even sizes"]
    scan = ConeScan(np.ones((120, 64, 96), np.float32), beam, Quantity.LINE_INTEGRAL)
    image = fdk(scan, grid=GridOptions(voxel_mm=2.0, shape=(60, 60, 60)))
    share = float((image.values == 0).mean())
    said = _codes(image)["ct.not_seen_by_all"]
    assert said["percent"] == pytest.approx(100 * share, abs=0.5)
    inside = fdk(scan, grid=GridOptions(voxel_mm=1.0, shape=(20, 40, 40)))
    assert "ct.not_seen_by_all" not in _codes(inside)


def test_a_body_wider_than_the_detector_is_told():
    whole, narrow = (
        fdk(_scan(ConeBeam(_circle(30), Detector(20, n, 1.6, 1.6), 500, 800), subrays=1))
        for n in (96, 30)
    )
    assert "ct.truncated" not in _codes(whole)
    assert _codes(narrow)["ct.truncated"] == {"views": 30}


def test_the_slow_kernel_is_told():
    scan = _scan(BEAMS["even sizes"], subrays=1)
    coarse = fdk(scan, grid=GridOptions(voxel_mm=4.0, center_mm=(0.0, 0.0, 0.4)))
    assert _codes(coarse)["ct.plain_kernel"]["rows"] > _codes(coarse)["ct.plain_kernel"]["most"]
    np.testing.assert_allclose(_at(coarse, [(0, -2, 2)]), _at(fdk(scan), [(0, -2, 2)]), atol=1.5e-3)


def test_a_gap_that_other_views_fill_is_no_matter_and_less_than_half_a_turn_is_told():
    beam = BEAMS["even sizes"]
    gap = ConeBeam(beam.angles_rad[:108], beam.detector, 500, 800)
    assert set(_codes(fdk(_scan(gap, subrays=1)))) == {"ct.not_seen_by_all"}
    half = ConeBeam(beam.angles_rad[:50], beam.detector, 500, 800)
    missing = _codes(fdk(_scan(half, subrays=1)))["ct.rays_missing"]["percent"]
    assert missing == pytest.approx(100 * (180 - 150) / 180, abs=2)


def test_a_detector_to_one_side_with_a_short_scan_is_refused():
    beam = ConeBeam(_circle(120)[:80], Detector(8, 68, 1.6, 1.6, center_column=14.3), 500, 800)
    with pytest.raises(GeometryError, match=r"one side .* full circle, got 237°"):
        fdk(_scan(beam, subrays=1))


def test_grids_that_nobody_saw_and_wrong_options_are_refused():
    scan = _scan(ConeBeam(_circle(12), Detector(16, 40, 2.0, 2.0), 500, 800), subrays=1)
    with pytest.raises(GeometryError, match="no voxel of the grid is seen"):
        fdk(scan, grid=GridOptions(voxel_mm=1.0, shape=(4, 4, 4), center_mm=(900.0, 0.0, 0.0)))
    with pytest.raises(OptionError, match="window"):
        fdk(scan, window="hanning")  # pyright: ignore[reportArgumentType]


def test_the_work_can_be_stopped_between_blocks():
    scan = _scan(BEAMS["even sizes"], subrays=1)
    cancel, done = Cancel(), []

    def stop_after_the_first(news: Progress) -> None:
        done.append(news.done)
        if news.done == 1:
            cancel.set()

    with pytest.raises(Cancelled), listen(stop_after_the_first, cancel):
        fdk(scan)
    assert done == [0, 1]


def test_values_of_any_type_and_few_views_give_the_same():
    scan = _scan(ConeBeam(_circle(7), Detector(33, 40, 2.0, 2.0), 500, 800), subrays=1)
    double = ConeScan(scan.values.astype(np.float64), scan.beam, Quantity.LINE_INTEGRAL)
    np.testing.assert_allclose(fdk(scan).values, fdk(double).values, atol=1e-7)
