"""Errors against the truth: the map, and the root of their mean square."""

import numpy as np
import pytest

from diaphane import quality
from diaphane.errors import GeometryError, InputError, QuantityError
from diaphane.image import Image, Labels, Quantity
from diaphane.space import Grid

SHAPE = (12, 13, 14)
GRID = Grid.centered(SHAPE, 1)


def _image(values, quantity=Quantity.HOUNSFIELD, grid=GRID):
    return Image(np.asarray(values), grid, quantity)


def test_the_difference_is_positive_where_the_image_is_too_high():
    image = _image(np.full(SHAPE, 30_000, np.int16))
    truth = _image(np.full(SHAPE, -30_000, np.int16))
    error = quality.difference(image, truth)
    assert (error.values == 60_000).all()
    assert error.values.dtype == np.float32
    assert error.quantity is Quantity.HOUNSFIELD
    assert error.history.step == "quality.difference"


def test_rmse_is_the_root_of_the_mean_square():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, *SHAPE)).astype(np.float32)
    result = quality.rmse(_image(a), _image(b))
    assert result.value == pytest.approx(np.sqrt(np.mean((a.astype(float) - b) ** 2)))
    assert result.interval[0] < np.sqrt(2) < result.interval[1]
    assert np.ptp(result.interval) < 0.2
    assert (result.unit, result.name) == ("HU", "root mean square error")


def test_rmse_within_a_mask_does_not_look_elsewhere():
    values = np.zeros(SHAPE)
    values[3:9, 3:9, 3:9] = 5
    values[0, 0, 0] = np.nan
    mask = np.zeros(SHAPE, np.uint8)
    mask[2:10, 3:9, 3:9] = 4
    result = quality.rmse(_image(values), _image(np.zeros(SHAPE)), Labels(mask, GRID))
    assert result.value == pytest.approx(np.sqrt(25 * 6 / 8))


def test_rmse_of_complex_and_of_colors():
    a = _image(np.full(SHAPE, 3 + 4j, np.complex64), Quantity.AMPLITUDE)
    zero = _image(np.zeros(SHAPE, np.complex64), Quantity.AMPLITUDE)
    assert quality.rmse(a, zero).value == pytest.approx(5)
    colors = np.zeros((*SHAPE, 3), np.uint8)
    colors[..., 0] = 30
    black = _image(np.zeros((*SHAPE, 3), np.uint8), Quantity.COLOR)
    assert quality.rmse(_image(colors, Quantity.COLOR), black).value == pytest.approx(30 / 3**0.5)


def test_what_cannot_be_compared_is_refused():
    image = _image(np.zeros(SHAPE))
    with pytest.raises(QuantityError, match="got hounsfield  and attenuation"):
        quality.difference(image, _image(np.zeros(SHAPE), Quantity.ATTENUATION))
    moved = _image(np.zeros(SHAPE), grid=Grid.centered(SHAPE, 1, (1, 0, 0)))
    with pytest.raises(GeometryError, match=r"quality.rmse compares voxel by voxel"):
        quality.rmse(image, moved)
    mask = Labels(np.zeros(SHAPE, np.uint8), GRID)
    with pytest.raises(InputError, match="mask holds no voxel"):
        quality.rmse(image, image, mask)
    bad = np.zeros(SHAPE)
    bad[4, 5, 6] = np.inf
    with pytest.raises(InputError, match=r"got NaN or infinity at \(4, 5, 6\)"):
        quality.rmse(_image(bad), image)
