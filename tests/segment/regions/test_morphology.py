"""Morphology: as by definition, as SciPy has it, and by the laws that hold for any element."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from diaphane import segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.options import Option
from diaphane.segment import Element
from diaphane.segment.regions.element import footprints
from diaphane.space import Affine, Grid
from diaphane.testing import grids, images, label_maps
from diaphane.units import Quantity

ELEMENTS = [
    Element(radius_mm=2.5),
    Element(shape="box", radius_mm=2),
    Element(shape="cross", radius_mm=3),
    Element(shape="line", radius_mm=4, direction=(1, 1, 0)),
    Element(shape="cylinder", radius_mm=1.6, half_height_mm=4, direction=(0, 1, 0)),
    Element(radius_mm=2.5, within="slices"),
]


def _whole(element, grid):
    """The element's voxels as one array: parts applied one after the other, summed."""
    whole = np.ones((1, 1, 1), bool)
    for part in footprints(element, grid, "test"):
        shape = [a + b - 1 for a, b in zip(whole.shape, part.shape)]
        total = np.zeros(shape, bool)
        for z, y, x in np.argwhere(part):
            a, b, c = whole.shape
            total[z : z + a, y : y + b, x : x + c] |= whole
        whole = total
    return whole


def _image(dtype, shape=(9, 14, 17), spacing=(2, 1, 0.8)):
    values = np.random.default_rng(5).integers(0, 250, shape).astype(dtype)
    return Image(values, Grid.centered(shape, spacing), Quantity.UNKNOWN)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: f"{e.shape} {e.within}")
def test_gray_images_have_the_values_of_scipy(element, dtype):
    image = _image(dtype)
    footprint = _whole(element, image.grid)
    high = np.inf if dtype == np.float32 else np.iinfo(dtype).max
    low = -np.inf if dtype == np.float32 else np.iinfo(dtype).min
    eroded = ndimage.grey_erosion(image.values, footprint=footprint, mode="constant", cval=high)
    dilated = ndimage.grey_dilation(image.values, footprint=footprint, mode="constant", cval=low)
    np.testing.assert_array_equal(segment.erosion(image, element=element).values, eroded)
    np.testing.assert_array_equal(segment.dilation(image, element=element).values, dilated)
    gradient = segment.morphological_gradient(image, element=element).values
    np.testing.assert_array_equal(gradient, dilated - eroded)


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda e: f"{e.shape} {e.within}")
def test_a_structure_has_the_voxels_of_scipy(element):
    grid = Grid.centered((11, 20, 23), (2, 1, 0.8))
    rough = ndimage.gaussian_filter(np.random.default_rng(8).standard_normal(grid.shape), 1.5)
    inside, footprint = rough > 0, _whole(element, grid)
    labels = Labels(inside.astype(np.uint8), grid)
    grown = ndimage.binary_dilation(inside, footprint)
    shrunk = ndimage.binary_erosion(inside, footprint, border_value=1)
    opened = ndimage.binary_dilation(shrunk, footprint)
    closed = ndimage.binary_erosion(grown, footprint, border_value=1)
    for step, expected in (
        (segment.dilation, grown),
        (segment.erosion, shrunk),
        (segment.opening, opened),
        (segment.closing, closed),
    ):
        np.testing.assert_array_equal(step(labels, element=element).values != 0, expected)


@settings(max_examples=12, deadline=None)
@given(images(grids(sides=(2, 9)), dtypes=(np.int16, np.float32)), st.integers(0, 2**32 - 1))
def test_laws_hold_for_any_element_on_any_grid(image, seed):
    held = np.random.default_rng(seed).random((3, 5, 3)) < 0.4
    held[1, 2, 1] = held[0, 2, 1] = True
    own = Labels(held.astype(np.uint8), Grid(held.shape, image.grid.affine))
    opened, closed = segment.opening(image, own), segment.closing(image, own)
    assert (opened.values <= image.values).all()
    assert (closed.values >= image.values).all()
    np.testing.assert_array_equal(segment.opening(opened, own).values, opened.values)
    np.testing.assert_array_equal(segment.closing(closed, own).values, closed.values)
    white = segment.white_top_hat(image, own).values
    np.testing.assert_allclose(white, image.values.astype(float) - opened.values, rtol=1e-6)
    black = segment.black_top_hat(image, own).values
    np.testing.assert_allclose(black, closed.values.astype(float) - image.values, rtol=1e-6)


@settings(max_examples=12, deadline=None)
@given(label_maps(grids(sides=(2, 9))))
def test_structures_change_one_by_one_and_never_take_from_each_other(labels):
    element = Element(radius_mm=1.01 * max(labels.grid.spacing_mm))
    grown = segment.dilation(labels, element=element).values
    shrunk = segment.erosion(labels, element=element).values
    assert (grown[labels.values != 0] == labels.values[labels.values != 0]).all()
    for k in (1, 2, 3):
        alone = Labels((labels.values == k).astype(np.uint8), labels.grid)
        expected = segment.erosion(alone, element=element).values != 0
        np.testing.assert_array_equal(shrunk == k, expected)
        reached = segment.dilation(alone, element=element).values != 0
        taken = np.isin(grown, range(1, k)) | (labels.values != 0)
        np.testing.assert_array_equal(grown == k, (reached & ~taken) | (labels.values == k))


def test_a_grown_ball_is_a_ball_of_the_sum_of_radii():
    grid = Grid.centered((21, 60, 51), (2, 0.8, 1))
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    away = np.linalg.norm(points - (0.3, -1.2, 0.9), axis=-1)
    grown = segment.dilation(
        Labels((away < 8).astype(np.uint8), grid), element=Element(radius_mm=6)
    )
    truth = 4 / 3 * np.pi * 14**3 / 1000
    assert segment.volume(grown).value == pytest.approx(truth, rel=0.06)
    assert away[grown.values != 0].max() < 14
    shrunk = segment.erosion(grown, element=Element(radius_mm=6))
    assert away[shrunk.values != 0].max() < 8.7


def test_an_asymmetric_own_element_moves_things_its_own_way():
    grid = Grid.centered((1, 3, 7), 1)
    point = np.zeros(grid.shape, np.uint8)
    point[0, 1, 3] = 1
    own = Labels(np.array([[[0, 0, 1, 1, 1]]], np.uint8), Grid.centered((1, 1, 5), 1))
    grown = segment.dilation(Labels(point, grid), own)
    assert np.argwhere(grown.values[0, 1])[:, 0].tolist() == [3, 4, 5]
    assert segment.erosion(grown, own).values.sum() == 1


def test_lines_follow_their_direction_in_a_turned_grid():
    turn = Affine.from_columns([(0, 0, 1), (1, 0, 0), (0, -1, 0)], (0, 0, 0))
    grid = Grid((3, 9, 9), turn)
    (held,) = footprints(Element(shape="line", radius_mm=3, direction=(1, 0, 0)), grid, "test")
    assert held.shape == (1, 7, 1)
    assert held.all()


def test_top_hats_of_signed_numbers_have_room():
    values = np.full((1, 1, 9), -32_000, np.int16)
    values[0, 0, 4] = 32_000
    image = Image(values, Grid.centered((1, 1, 9), 1), Quantity.UNKNOWN)
    assert segment.white_top_hat(image, element=Element(radius_mm=1)).values.max() == 64_000


def test_a_table_makes_an_element():
    option = Option("element", Element, Element())
    made = option.validate({"shape": "line", "radius_mm": 3, "direction": [0, 1, 0]})
    assert made == Element(shape="line", radius_mm=3, direction=(0, 1, 0))


def test_elements_that_do_not_fit_are_told_in_one_sentence():
    image, small = _image(np.uint8), Grid.centered((1, 1, 3), (2, 1, 0.8))
    with pytest.raises(InputError, match=r"holds no voxel but its own, where voxels are 2 × 1 × 0"):
        segment.erosion(image, element=Element(radius_mm=0.7))
    with pytest.raises(InputError, match=r"element.direction must not be \(0, 0, 0\)"):
        segment.erosion(image, element=Element(shape="line", direction=(0, 0, 0)))
    even = Labels(np.ones((1, 1, 2), np.uint8), Grid.centered((1, 1, 2), (2, 1, 0.8)))
    with pytest.raises(GeometryError, match="odd numbers of voxels, got 1 × 1 × 2"):
        segment.erosion(image, even)
    with pytest.raises(GeometryError, match=r"voxels of 2 × 1 × 0.8 mm, got 1 × 1 × 1 mm"):
        segment.erosion(image, Labels(np.ones((1, 1, 3), np.uint8), Grid.centered((1, 1, 3), 1)))
    with pytest.raises(InputError, match="whose middle voxel is labeled"):
        segment.erosion(image, Labels(np.array([[[1, 0, 1]]], np.uint8), small))
    with pytest.raises(InputError, match="more than its middle voxel"):
        segment.erosion(image, Labels(np.array([[[0, 1, 0]]], np.uint8), small))
    color = Image(np.zeros((1, 2, 2, 3), np.uint8), Grid.of_pixels(2, 2), Quantity.COLOR)
    with pytest.raises(InputError, match="takes one value a voxel"):
        segment.erosion(color)


def test_a_structure_that_vanishes_is_said_to_be_gone():
    values = np.zeros((1, 9, 9), np.uint8)
    values[0, 4, 4:6] = 1
    gone = segment.opening(Labels(values, Grid.centered((1, 9, 9), 1), {1: "clot"}))
    assert [n.code for n in gone.history.notices] == ["segment.nothing_inside"]
