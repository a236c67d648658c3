"""Means of balls and cylinders: which voxels count, on any grid, and how sure the mean is."""

import numpy as np
import pytest
from hypothesis import given, settings

from diaphane import quality
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Quantity
from diaphane.space import Grid
from diaphane.testing import affines


def _image(values, grid=None):
    values = np.asarray(values, float)
    return Image(values, grid or Grid.centered(values.shape, 1), Quantity.HOUNSFIELD)


@settings(max_examples=40, deadline=None)
@given(affines(spacing_mm=(0.5, 2)))
def test_exactly_the_voxels_with_their_centers_within_count(affine):
    grid = Grid((11, 12, 13), affine)
    values = np.random.default_rng(3).normal(size=grid.shape)
    center = grid.to_mm((5, 5, 7))
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1)) - center
    flat, height = np.hypot(points[..., 0], points[..., 1]), np.abs(points[..., 2])
    near = np.linalg.norm(points, axis=-1) <= 2.345
    ball = quality.region_mean(_image(values, grid), center_mm=tuple(center), radius_mm=2.345)
    assert ball.value == pytest.approx(values[near].mean())
    cylinder = quality.region_mean(
        _image(values, grid), center_mm=tuple(center), radius_mm=1.537, half_height_mm=2.519
    )
    assert cylinder.value == pytest.approx(values[(flat <= 1.537) & (height <= 2.519)].mean())


def test_an_insert_is_measured_with_its_interval():
    rng = np.random.default_rng(0)
    _, y, x = np.indices((24, 41, 40)) - np.array([12, 20, 20])[:, None, None, None]
    values = np.where((x - 6) ** 2 + (y + 4) ** 2 <= 64, 300, 0) + rng.normal(0, 20, x.shape)
    grid = Grid.centered(values.shape, 1, (0.5, 0, 0.5))
    center = tuple(grid.to_mm((12, 16, 26)))
    insert = quality.region_mean(
        _image(values, grid), center_mm=center, radius_mm=6.0, half_height_mm=8.0
    )
    low, high = insert.interval
    assert low < 300 < high
    assert high - low < 4
    assert (insert.unit, insert.name) == ("HU", "mean of a region")
    assert insert.history.notices == ()


def test_a_region_in_a_flat_picture_is_a_disc():
    values = np.zeros((1, 20, 21))
    values[0, 8:13, 8:13] = 1
    grid = Grid.centered(values.shape, (5, 1, 1))
    center = tuple(grid.to_mm((0, 10, 10)))
    disc = quality.region_mean(_image(values, grid), center_mm=center, radius_mm=2.0)
    assert disc.value == 1
    assert disc.history.notices == ()


def test_a_region_cut_by_the_border_is_said_to_be():
    image = _image(np.ones((10, 10, 10)))
    mean = quality.region_mean(image, center_mm=(4.0, 0.0, 0.0), radius_mm=3.0)
    assert mean.value == 1
    (said,) = mean.history.notices
    assert (said.code, said.values) == ("quality.region_cut", {"radius_mm": 3.0})


def test_few_voxels_have_a_mean_but_no_interval():
    image = _image(np.arange(27.0).reshape(3, 3, 3))
    one = quality.region_mean(image, center_mm=(0.0, 0.0, 0.0), radius_mm=0.5)
    assert (one.value, one.interval) == (13, None)


def test_what_has_no_mean_is_refused():
    image = _image(np.ones((4, 4, 4)))
    with pytest.raises(GeometryError, match=r"no voxel's center.*from \(-2.0, -2.0, -2.0\)"):
        quality.region_mean(image, center_mm=(50.0, 0.0, 0.0), radius_mm=3.0)
    with pytest.raises(InputError, match="finite"):
        quality.region_mean(
            _image(np.full((4, 4, 4), np.nan)), center_mm=(0.0, 0.0, 0.0), radius_mm=2.0
        )
    color = Image(np.zeros((1, 4, 4, 3)), Grid.of_pixels(4, 4), Quantity.COLOR)
    with pytest.raises(InputError, match="one a voxel"):
        quality.region_mean(color, center_mm=(0.0, 0.0, 0.0), radius_mm=2.0)
