"""Grids: where voxels lie, odd and even, flat, sheared and of either handedness."""

import numpy as np
import pytest
from hypothesis import given

from diaphane.errors import GeometryError
from diaphane.space import Affine, Grid
from diaphane.testing import grids


@given(grids())
def test_index_to_mm_and_back(grid):
    last = np.asarray(grid.shape) - 1
    for index in ([0, 0, 0], last, last / 3, [-2, 0.5, 20]):
        np.testing.assert_allclose(grid.to_index(grid.to_mm(index)), index, atol=1e-7)


@given(grids())
def test_the_box_holds_every_edge_and_no_more(grid):
    low, high = grid.box_mm
    ends = [(-0.5, n - 0.5) for n in grid.shape]
    corners = grid.to_mm([(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]])
    np.testing.assert_allclose(corners.min(axis=0), low, atol=1e-9)
    np.testing.assert_allclose(corners.max(axis=0), high, atol=1e-9)
    np.testing.assert_allclose((low + high) / 2, grid.center_mm, atol=1e-9)


@given(grids())
def test_the_volume_of_a_voxel_is_that_of_the_box_of_its_steps(grid):
    a, b, c = grid.affine.steps_mm
    assert grid.voxel_volume_mm3 == pytest.approx(abs(np.dot(np.cross(a, b), c)))


@pytest.mark.parametrize("shape", [(3, 4, 5), (4, 5, 6), (1, 7, 8), (1, 1, 1)])
def test_a_centered_grid_has_its_middle_where_asked(shape):
    grid = Grid.centered(shape, (5, 0.5, 0.7), center_mm=(10, -20, 33))
    np.testing.assert_allclose(grid.center_mm, (10, -20, 33), atol=1e-12)
    assert grid.spacing_mm == pytest.approx((5, 0.5, 0.7))
    assert grid.letters == (("H", "F"), ("P", "A"), ("L", "R"))


def test_a_tilted_gantry_makes_a_sheared_grid():
    tilt = np.deg2rad(18.5)
    rows = (0, 0.5 * np.cos(tilt), 0.5 * np.sin(tilt))
    grid = Grid((5, 6, 7), Affine.from_columns([(0, 0, 4), rows, (0.5, 0, 0)], (0, 0, 0)))
    assert grid.is_sheared
    assert grid.voxel_volume_mm3 == pytest.approx(4 * 0.25 * np.cos(tilt))
    assert not Grid.centered((5, 6, 7), 1).is_sheared


def test_a_turned_grid_is_not_sheared():
    turn = np.deg2rad(30)
    rows, columns = (-np.sin(turn), np.cos(turn), 0), (np.cos(turn), np.sin(turn), 0)
    grid = Grid((2, 3, 4), Affine.from_columns([(0, 0, 1), rows, columns], (0, 0, 0)))
    assert not grid.is_sheared


def test_grids_are_close_when_every_voxel_is():
    grid = Grid.centered((10, 200, 200), 1)
    matrix = grid.affine.matrix.copy()
    matrix[0, 2] += 4e-6  # less than 0.001 mm after 200 columns
    assert grid.is_close(Grid(grid.shape, Affine(matrix)))
    matrix[0, 2] += 4e-5  # more
    assert not grid.is_close(Grid(grid.shape, Affine(matrix)))
    assert not grid.is_close(Grid.centered((10, 200, 201), 1))
    flat = Grid.of_pixels(5, 6)
    assert not flat.is_close(Grid(flat.shape, flat.affine))


def test_a_photograph_has_pixels_but_no_millimeters():
    grid = Grid.of_pixels(480, 640)
    assert grid.shape == (1, 480, 640)
    assert grid.unit == "pixel"


@pytest.mark.parametrize("shape", [(0, 1, 1), (1, 2), (3, -1, 3)])
def test_a_shape_that_is_none_is_refused(shape):
    with pytest.raises(GeometryError, match="three numbers"):
        Grid.centered(shape, 1)


@pytest.mark.parametrize("voxel_mm", [0, -1, float("nan"), (1, 2), (1, 1, 0)])
def test_a_spacing_that_is_none_is_refused(voxel_mm):
    with pytest.raises(GeometryError, match="voxel_mm must be > 0"):
        Grid.centered((2, 2, 2), voxel_mm)


@given(grids())
def test_grids_are_equal_when_shape_affine_and_unit_are(grid):
    twin = Grid(grid.shape, Affine(grid.affine.matrix.copy()), grid.unit)
    assert twin == grid
    assert len({twin, grid}) == 1
    n_slices, n_rows, n_columns = grid.shape
    assert Grid((n_slices + 1, n_rows, n_columns), grid.affine, grid.unit) != grid
    assert Grid(grid.shape, Affine.identity() @ grid.affine, grid.unit) == grid
    assert Grid(grid.shape, grid.affine, "pixel" if grid.unit == "mm" else "mm") != grid
