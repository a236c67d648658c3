"""Each law holds for a right operator and fails for a wrong one."""

from dataclasses import replace

import numpy as np
import pytest

from diaphane.image import Image, Quantity
from diaphane.space import Affine, Grid
from diaphane.testing import (
    assert_adjoint,
    assert_affine_group,
    assert_isometry,
    assert_linear,
    assert_round_trip,
    assert_same,
)

MATRIX = np.random.default_rng(1).normal(size=(5, 3))


def _forward(x):
    return MATRIX @ x


def _adjoint(y):
    return MATRIX.T @ y


def _fft(x):
    return np.fft.fft(x)


def test_a_matrix_and_its_transpose_are_adjoint():
    assert_adjoint(_forward, _adjoint, (3,), (5,))


def test_the_fourier_transform_is_adjoint_to_its_scaled_inverse():
    assert_adjoint(_fft, lambda y: len(y) * np.fft.ifft(y), (8,), (8,), dtype=np.complex128)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda y: 1.001 * _adjoint(y),
        lambda y: -_adjoint(y),
        lambda y: np.linalg.pinv(MATRIX) @ y,
        lambda y: np.full(3, np.nan),
    ],
)
def test_a_wrong_adjoint_is_found(wrong):
    with pytest.raises(AssertionError, match="not adjoint"):
        assert_adjoint(_forward, wrong, (3,), (5,))


def test_an_adjoint_without_the_conjugate_is_found():
    with pytest.raises(AssertionError, match="not adjoint"):
        assert_adjoint(_fft, np.fft.fft, (8,), (8,), dtype=np.complex128)


def test_an_operator_of_another_shape_is_found():
    with pytest.raises(AssertionError, match=r"forward gave shape \(5,\)"):
        assert_adjoint(_forward, _adjoint, (3,), (4,))


def test_linear_maps_are_linear_and_others_are_not():
    assert_linear(_forward, (3,))
    assert_linear(_fft, (8,), dtype=np.complex128)
    for wrong in (lambda x: _forward(x) + 1, lambda x: x**2, np.abs):
        with pytest.raises(AssertionError, match="not linear"):
            assert_linear(wrong, (3,))
    with pytest.raises(AssertionError, match="not linear"):
        assert_linear(np.conj, (3,), dtype=np.complex128)


def test_a_unitary_map_is_an_isometry_and_others_are_not():
    assert_isometry(lambda x: np.fft.fft(x, norm="ortho"), (9,), dtype=np.complex128)
    with pytest.raises(AssertionError, match="not an isometry"):
        assert_isometry(np.fft.fft, (9,), dtype=np.complex128)


def test_a_round_trip_that_loses_something_is_found():
    value = np.array([0.25, 0.5], dtype=np.float32)
    assert_round_trip(lambda x: x * 2, lambda x: x / 2, value)
    with pytest.raises(AssertionError, match=r"value\[0\]: expected 0.25, got 0"):
        assert_round_trip(np.floor, np.asarray, value)
    with pytest.raises(AssertionError, match="float64"):
        assert_round_trip(lambda x: x.astype(np.float64), np.asarray, value)


def test_flowing_values_are_compared_field_by_field():
    grid = Grid.centered((2, 3, 4), 1.5, (1, 2, 3))
    image = Image(np.arange(24, dtype=np.int16).reshape(2, 3, 4), grid, Quantity.HOUNSFIELD)
    assert_same(replace(image), image)
    changed = image.values.copy()
    changed[1, 2, 3] = 0
    with pytest.raises(AssertionError, match=r"value.values\[1, 2, 3\]: expected 23, got 0"):
        assert_same(replace(image, values=changed), image)
    moved = Grid(grid.shape, Affine.from_spacing((1.5, 1.5, 1.5), grid.affine.origin_mm + 1e-9))
    with pytest.raises(AssertionError, match=r"value.grid.affine.matrix"):
        assert_same(replace(image, grid=moved), image)
    assert_same(replace(image, grid=moved), image, tolerance=1e-6)
    with pytest.raises(AssertionError, match=r"value.quantity"):
        assert_same(replace(image, quantity=Quantity.UNKNOWN), image)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ([1, 2], [1, 2, 3]),
        ({"a": 1.0}, {"a": 1.5}),
        ({"a": 1}, {"b": 1}),
        ("water", "bone"),
        (1.0, 1.1),
        (np.array([1, 2]), np.array([[1, 2]])),
    ],
)
def test_what_differs_is_found(came, expected):
    with pytest.raises(AssertionError, match="expected"):
        assert_same(came, expected)


def test_nan_is_the_same_as_nan():
    assert_same(float("nan"), float("nan"))
    assert_same(np.array([np.nan, 1]), np.array([np.nan, 1]))


def test_affine_group_finds_a_wrong_inverse(monkeypatch):
    a, b = Affine.from_spacing((2, 1, 1), (5, 0, 0)), Affine.from_spacing((3, 1, 2), (0, 7, 0))
    assert_affine_group(a, b, a, [(1, 2, 3)])
    monkeypatch.setattr(Affine, "inverse", lambda self: Affine(np.diag([0.5, 1, 1, 1])))
    with pytest.raises(AssertionError, match="does not hold"):
        assert_affine_group(a, b, a, [(1, 2, 3)])
