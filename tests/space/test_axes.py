"""Anatomical letters, the two worlds, and the spacing an upright grid takes over."""

import numpy as np
import pytest
from hypothesis import given

from diaphane.errors import GeometryError
from diaphane.space import axis_letters, flip_ras_lps, upright_spacing_mm
from diaphane.testing import affines, assert_round_trip


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), ("L", "R")),
        ((-2, 0, 0), ("R", "L")),
        ((0, 1, 0), ("P", "A")),
        ((0, -1, 0.5), ("A", "P")),
        ((0.2, 0.3, 0.9), ("H", "F")),
        ((0, 0.3, -0.9), ("F", "H")),
    ],
)
def test_letters_name_the_far_and_the_near_end(direction, letters):
    assert axis_letters(direction) == letters


@pytest.mark.parametrize("direction", [(0, 0, 0), (1, 0), (float("nan"), 0, 1)])
def test_what_is_no_direction_has_no_letters(direction):
    with pytest.raises(GeometryError, match="three numbers, not all 0"):
        axis_letters(direction)


@given(affines())
def test_ras_to_lps_and_back(affine):
    assert_round_trip(flip_ras_lps, flip_ras_lps, affine.matrix)


def test_ras_to_lps_turns_right_to_left_and_front_to_back():
    assert (flip_ras_lps(np.eye(4)) @ (1, 2, 3, 1)).tolist() == [-1, -2, 3, 1]
    with pytest.raises(GeometryError, match="4 × 4"):
        flip_ras_lps(np.eye(3))


def test_an_upright_grid_keeps_the_spacing_of_the_axis_it_stands_for():
    assert upright_spacing_mm([(0, 0, 5), (0, 0.4, 0), (0.5, 0, 0)]) == pytest.approx((5, 0.4, 0.5))
    sagittal = [(3, 0, 0), (0, 0, -1), (0, 2, 0)]
    assert upright_spacing_mm(sagittal) == pytest.approx((1, 2, 3))
    coronal_flipped = [(0, -3, 0.1), (0, 0, -1), (-2, 0, 0)]
    assert upright_spacing_mm(coronal_flipped) == pytest.approx((1, 9.01**0.5, 2))
