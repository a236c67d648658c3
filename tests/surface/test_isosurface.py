"""Isosurfaces: closed, outward, as large as the body, on grids of every kind."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from solids import GRIDS, SOLIDS, euler_number, is_closed, odd_grid, size, sphere

from diaphane import surface
from diaphane.errors import InputError
from diaphane.image import Image, Quantity
from diaphane.space import Grid


def _image(values, voxel_mm=1.0):
    return Image(values, Grid.centered(values.shape, voxel_mm), Quantity.HOUNSFIELD)


@pytest.mark.parametrize("solid", SOLIDS[:3], ids=lambda s: s.name)
def test_volume_and_area_converge_with_the_square_of_the_voxel(solid):
    errors = []
    for voxel_mm in (1.0, 0.5):
        found = size(surface.isosurface(solid.image(voxel_mm), level=0))
        errors.append([abs(found[0] / solid.volume_mm3 - 1), abs(found[1] / solid.area_mm2 - 1)])
    assert max(errors[1]) < 0.005
    assert np.all(np.array(errors[0]) / np.array(errors[1]) > 3.2)


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: s.name)
@pytest.mark.parametrize("grid", GRIDS)
def test_the_surface_is_closed_and_faces_outward_on_every_grid(solid, grid):
    found = surface.isosurface(solid.image(0.8, matrix=odd_grid(grid)), level=0)
    assert is_closed(found.triangles)
    assert euler_number(found.triangles) == (0 if solid.name == "torus" else 2)
    assert size(found)[0] == pytest.approx(solid.volume_mm3, rel=0.03)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(*[st.integers(1, 7)] * 3),
    whole=st.booleans(),
)
def test_noise_gives_a_closed_surface_without_coinciding_points(seed, shape, whole):
    assume(np.prod(shape) > 1)
    values = np.random.default_rng(seed).normal(0, 2, shape)
    values = (np.round(values) if whole else values).astype(np.float32)
    values.flat[0] = 9
    found = surface.isosurface(_image(values), level=max(0.0, float(values.min())))
    assert is_closed(found.triangles)
    assert len(np.unique(found.points_mm, axis=0)) == len(found.points_mm)
    assert set(np.unique(found.triangles)) == set(range(len(found.points_mm)))
    assert size(found)[0] > 0


def test_one_bright_voxel_gives_an_octahedron():
    values = np.zeros((3, 3, 3), np.int16)
    values[1, 1, 1] = 100
    found = surface.isosurface(_image(values, 2.0), level=50)
    assert len(found.triangles) == 8
    assert sorted(np.abs(found.points_mm).sum(axis=1)) == pytest.approx([1.0] * 6, abs=1e-6)


def test_points_lie_where_the_values_pass_through_the_level():
    values = np.broadcast_to(np.arange(6) ** 2, (5, 5, 6)).astype(np.float32)
    found = surface.isosurface(_image(values), level=10.0)
    inner = np.abs(found.points_mm[:, 1:]).max(axis=1) < 1.9
    crossing = 3 + (10 - 9) / (16 - 9) - 2.5
    at_level = inner & (found.points_mm[:, 0] < 2)
    assert at_level.sum() > 4
    assert found.points_mm[at_level, 0] == pytest.approx(crossing, abs=1e-5)


def test_a_body_that_reaches_the_end_of_the_grid_is_cut_half_a_voxel_beyond():
    n, radius, voxel_mm = 31, 9.3, 1.0
    y, x = np.indices((n, n)) - (n - 1) / 2
    values = np.broadcast_to(radius - np.hypot(x, y), (12, n, n)).astype(np.float32)
    found = surface.isosurface(_image(values, voxel_mm), level=0)
    assert is_closed(found.triangles)
    assert found.points_mm[:, 2].min() == pytest.approx(-6.0, abs=2e-3)
    assert found.points_mm[:, 2].max() == pytest.approx(6.0, abs=2e-3)
    # the rim of the cut is beveled by the last half voxel
    assert size(found)[0] == pytest.approx(np.pi * radius**2 * 12, rel=0.02)


def test_voxels_across_the_diagonal_of_a_face_are_joined():
    values = np.zeros((3, 4, 4), np.uint8)
    values[1, 1, 1] = values[1, 2, 2] = 1
    found = surface.isosurface(_image(values), level=0.5)
    assert euler_number(found.triangles) == 2


@pytest.mark.parametrize("kind", ["uint8", "int16", "float32", "float64", "bool"])
def test_values_of_any_real_type_give_the_same_surface(kind):
    values = (np.indices((4, 5, 6)).sum(axis=0) % 3 == 0) * 1
    found = surface.isosurface(_image(values.astype(kind)), level=0.5)
    expected = surface.isosurface(_image(values.astype(np.float32)), level=0.5)
    np.testing.assert_array_equal(found.points_mm, expected.points_mm)
    np.testing.assert_array_equal(found.triangles, expected.triangles)


def test_the_history_says_the_level():
    found = surface.isosurface(sphere().image(2.0), level=1.5)
    assert found.history is not None
    assert found.history.step == "surface.isosurface"
    assert found.history.options == {"level": 1.5}


@pytest.mark.parametrize("level", [5.0, 5.1, -0.1])
def test_a_level_outside_the_values_is_refused(level):
    values = np.zeros((3, 3, 3), np.float32)
    values[1, 1, 1] = 5
    with pytest.raises(InputError, match="level must lie within the image's values, 0 to 5 HU"):
        surface.isosurface(_image(values), level=level)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    values = np.zeros((3, 3, 3), np.float32)
    values[1, 2, 0] = bad
    with pytest.raises(InputError, match=r"finite values, got (nan|inf) at voxel \(1, 2, 0\)"):
        surface.isosurface(_image(values), level=0)


def test_complex_values_and_channels_are_refused():
    grid = Grid.centered((2, 2, 2), 1.0)
    complex_image = Image(np.zeros((2, 2, 2), np.complex64), grid, Quantity.AMPLITUDE)
    with pytest.raises(InputError, match="one real number at each voxel, got complex"):
        surface.isosurface(complex_image, level=0)
    color = Image(np.zeros((2, 2, 2, 3), np.uint8), grid, Quantity.COLOR)
    with pytest.raises(InputError, match="got 3 channels"):
        surface.isosurface(color, level=0)
