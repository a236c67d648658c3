"""Symmetric scans take other kernels, to the same sums; runs on whatever path it is told."""

from dataclasses import replace

import numpy as np
import pytest

from diaphane.ct import ConeBeam, ConeScan, Detector, fdk
from diaphane.ct.acquisition.cone_field import ConeField
from diaphane.ct.analytic.cone_symmetric_volume import SymmetricVolume, fitting_volume
from diaphane.ct.analytic.cone_symmetry import AlikeViews, lanes_after
from diaphane.ct.analytic.cone_views import CircularViews
from diaphane.ct.analytic.cone_volume import ConeVolume
from diaphane.space import Grid, GridOptions
from diaphane.units import Quantity

AGREE = 2e-5  # of the largest value: what sums of float32 in another order may differ by


def _circle(n_views: int, start: float = 0.0) -> np.ndarray:
    """Return view angles from a first one, in steps, in no order."""
    return np.random.default_rng(2).permutation((np.arange(n_views) + start) * 2 * np.pi / n_views)


EVEN = ConeBeam(_circle(24), Detector(32, 32, 1.5, 1.3), 100, 150)
ODD = ConeBeam(_circle(20, 0.5), Detector(33, 41, 1.3, 1.1), 120, 200)
GRID = Grid.centered((16, 20, 20), (1.0, 0.9, 0.9))
SYMMETRIC = {
    "even": (EVEN, GRID),
    "odd, first view half a step on": (ODD, Grid.centered((17, 21, 21), (0.9, 0.8, 0.8))),
    "views not a multiple of 8": (replace(EVEN, angles_rad=_circle(12)), GRID),
    "four views": (replace(EVEN, angles_rad=_circle(4, 3.0)), GRID),
    "even detector, odd grid, first view a step on": (
        replace(EVEN, angles_rad=_circle(24, 7.0)),
        Grid.centered((15, 19, 19), (1.1, 1.0, 1.0)),
    ),
    "odd detector, even grid": (ODD, Grid.centered((12, 16, 16), 1.1)),
    "a grid that reaches beyond the field of view": (EVEN, Grid.centered((40, 44, 44), 0.9)),
    "slices many rows apart": (
        replace(ODD, detector=Detector(61, 41, 0.4, 1.1)),
        Grid.centered((7, 18, 18), (1.6, 0.9, 0.9)),
    ),
    "curved": (replace(ODD, detector=Detector(33, 61, 1.3, 1.1, shape="curved")), GRID),
    "a detector to one side": (
        ConeBeam(_circle(24), Detector(33, 30, 1.3, 1.1, center_column=5.5), 120, 200),
        Grid.centered((9, 16, 16), 0.8),
    ),
}


def _volume(beam: ConeBeam, grid: Grid) -> SymmetricVolume | ConeVolume:
    values = np.zeros((beam.n_views, beam.detector.n_rows, beam.detector.n_columns), np.float32)
    views = CircularViews.of(ConeScan(values, beam, Quantity.LINE_INTEGRAL))
    return fitting_volume(views, views.field(grid))


def _sums(volume: SymmetricVolume | ConeVolume, filtered: np.ndarray, weights: np.ndarray):
    for block in volume.blocks():
        volume.add(block, filtered[block], weights[block])
    return volume.slices()


@pytest.mark.parametrize("case", SYMMETRIC)
def test_both_kinds_of_kernels_sum_the_same(case: str):
    beam, grid = SYMMETRIC[case]
    values = np.zeros((beam.n_views, beam.detector.n_rows, beam.detector.n_columns), np.float32)
    views = CircularViews.of(ConeScan(values, beam, Quantity.LINE_INTEGRAL))
    rng = np.random.default_rng(7)
    shape = (beam.n_views, views.detector.n_rows, views.detector.n_columns)
    filtered = rng.uniform(-1, 1, shape).astype(np.float32)
    weights = rng.uniform(0.5, 1.5, beam.n_views).astype(np.float32)
    field = ConeField.of(views.beam, grid)
    volume = fitting_volume(views, field)
    assert isinstance(volume, SymmetricVolume)
    ours = _sums(volume, filtered, weights)
    expected = _sums(ConeVolume(views.sights, views.detector, field), filtered, weights)
    np.testing.assert_array_equal(ours != 0, expected != 0)
    np.testing.assert_allclose(ours, expected, atol=AGREE * np.abs(expected).max())


OTHERS = {
    "uneven views": (
        replace(EVEN, angles_rad=EVEN.angles_rad + 0.01 * np.sin(EVEN.angles_rad)),
        GRID,
    ),
    "views from anywhere": (replace(EVEN, angles_rad=_circle(24, 0.2)), GRID),
    "views that four does not divide": (replace(EVEN, angles_rad=_circle(26)), GRID),
    "a short scan": (replace(EVEN, angles_rad=np.arange(20) * 2 * np.pi / 24), GRID),
    "an axis beside the middle column": (
        replace(EVEN, detector=Detector(32, 32, 1.5, 1.3, center_column=15.6)),
        GRID,
    ),
    "a source beside the middle row": (
        replace(EVEN, detector=Detector(32, 32, 1.5, 1.3, center_row=16.0)),
        GRID,
    ),
    "a grid off the axis": (EVEN, Grid.centered((16, 20, 20), 0.9, (0.3, 0.0, 0.0))),
    "a grid off the plane of the source": (EVEN, Grid.centered((16, 20, 20), 0.9, (0, 0, 2.0))),
    "a grid that is not square": (EVEN, Grid.centered((16, 20, 22), 0.9)),
    "voxels that are not square": (EVEN, Grid.centered((16, 20, 20), (1.0, 0.9, 1.0))),
}


@pytest.mark.parametrize("case", OTHERS)
def test_whatever_is_not_symmetric_takes_the_general_kernel(case: str):
    assert isinstance(_volume(*OTHERS[case]), ConeVolume)


def test_a_grid_moved_by_a_voxel_shows_the_same_values():
    """The same voxels, once in a symmetric grid and once in one that is not."""
    values = np.random.default_rng(1).uniform(0, 1, (24, 32, 32)).astype(np.float32)
    scan = ConeScan(values, EVEN, Quantity.LINE_INTEGRAL)
    centered = fdk(scan, grid=GridOptions(voxel_mm=0.9, shape=(16, 20, 20)))
    wider = GridOptions(voxel_mm=0.9, shape=(16, 20, 22), center_mm=(0.9, 0.0, 0.0))
    moved = fdk(scan, grid=wider).values[:, :, :20]
    assert moved.shape == centered.values.shape
    difference = np.abs(moved - centered.values).max()
    assert difference < AGREE * np.abs(moved).max()


def test_groups_hold_every_view_once_or_twice_half():
    for n_views, start in ((4, 0.0), (12, 0.5), (24, 0.0), (24, 2.5), (36, 1.0)):
        alike = AlikeViews.of(_circle(n_views, start))
        assert alike is not None
        counts = np.zeros(n_views)
        np.add.at(counts, alike.groups, np.repeat(alike.shares[:, None], 8, axis=1))
        np.testing.assert_array_equal(counts, 1)


def test_turns_permute_the_lanes():
    lanes = lanes_after()
    np.testing.assert_array_equal(lanes[0], np.arange(16))
    np.testing.assert_array_equal(np.sort(lanes, axis=1), np.tile(np.arange(16), (8, 1)))
