"""Affine maps: the laws of a group, and what a matrix must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaphane.errors import GeometryError
from diaphane.space import Affine
from diaphane.testing import affines, assert_affine_group

POINTS = [(0, 0, 0), (1, 2, 3), (-4, 5.5, 60), (200, -300, 0.25)]


@given(affines(), affines(), affines())
def test_affines_are_a_group(a, b, c):
    assert_affine_group(a, b, c, POINTS)


@given(affines(), st.tuples(*[st.floats(-500, 500)] * 3))
def test_the_inverse_leads_back_to_every_point(affine, point):
    np.testing.assert_allclose(affine.inverse()(affine(point)), point, atol=1e-7)


@given(affines())
def test_the_determinant_of_the_inverse_is_the_inverse(affine):
    assert affine.inverse().determinant * affine.determinant == pytest.approx(1)


def test_columns_are_the_steps_from_voxel_to_voxel():
    affine = Affine.from_columns([(0, 1, 4), (0, 2, 0), (3, 0, 0)], (10, 20, 30))
    assert affine((0, 0, 0)).tolist() == [10, 20, 30]
    assert (affine((1, 0, 0)) - affine((0, 0, 0))).tolist() == [0, 1, 4]
    assert affine((1, 1, 1)).tolist() == [13, 23, 34]
    assert affine.spacing_mm == pytest.approx((17**0.5, 2, 3))
    assert affine.steps_mm.tolist() == [[0, 1, 4], [0, 2, 0], [3, 0, 0]]


def test_an_upright_grid_in_array_order_is_left_handed():
    assert Affine.from_spacing((2, 3, 4)).determinant == pytest.approx(-24)
    mirrored = Affine.from_columns([(0, 0, 2), (0, 3, 0), (-4, 0, 0)], (0, 0, 0))
    assert mirrored.determinant == pytest.approx(24)


def test_a_shear_changes_lengths_but_not_the_volume():
    sheared = Affine.from_columns([(0, 1.5, 2), (0, 3, 0), (4, 0, 0)], (0, 0, 0))
    assert sheared.spacing_mm == pytest.approx((2.5, 3, 4))
    assert abs(sheared.determinant) == pytest.approx(24)


def test_the_matrix_is_read_only_and_is_a_copy():
    matrix = np.eye(4)
    affine = Affine(matrix)
    matrix[0, 3] = 7
    assert affine.origin_mm.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="read-only"):
        affine.matrix[0, 0] = 2


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        (np.eye(3), r"4 × 4 matrix, got shape \(3, 3\)"),
        (np.diag([1, 1, np.nan, 1]), "finite numbers"),
        (np.diag([1.0, 1, 1, 2]), "last row is 0 0 0 1"),
        (np.diag([1.0, 0, 1, 1]), "longer than 0 mm"),
        (np.array([[1.0, 1, 0, 0], [0, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]]), "in one plane"),
    ],
)
def test_what_is_no_affine_is_refused(matrix, says):
    with pytest.raises(GeometryError, match=says):
        Affine(matrix)


def test_wrong_numbers_of_numbers_are_refused():
    with pytest.raises(GeometryError, match="three steps"):
        Affine.from_columns([(1, 0, 0), (0, 1, 0)], (0, 0, 0))
    with pytest.raises(GeometryError, match="slices, rows, columns"):
        Affine.from_spacing((1, 2))
    with pytest.raises(GeometryError, match="shape"):
        Affine.identity()((1, 2, 3, 4))


def test_tiny_voxels_are_no_fault():
    affine = Affine.from_spacing((1e-4, 1e-4, 1e-4), (100, 100, 100))
    np.testing.assert_allclose(affine.inverse()(affine((5, 6, 7))), (5, 6, 7), atol=1e-8)


@given(affines())
def test_equal_matrices_make_equal_maps(affine):
    twin = Affine(affine.matrix.copy())
    assert twin == affine
    assert hash(twin) == hash(affine)
    moved = affine.matrix.copy()
    moved[0, 3] = np.nextafter(moved[0, 3], np.inf)
    assert Affine(moved) != affine
    assert affine != affine.matrix.tolist()


def test_the_sign_of_zero_makes_no_other_map():
    plus, minus = (
        Affine.from_spacing((1, 2, 3), (0.0, 0, 0)),
        Affine.from_spacing((1, 2, 3), (-0.0, 0, 0)),
    )
    assert plus == minus
    assert hash(plus) == hash(minus)
