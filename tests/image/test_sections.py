"""Sections with positions of their own: tilted, uneven, shuffled; exact for linear images."""

from dataclasses import replace

import numpy as np
import pytest

from diaphane import image as im
from diaphane.errors import GeometryError, InputError
from diaphane.image import Quantity, Slices
from diaphane.space import GridOptions

TILT = np.deg2rad(18.5)
ROWS = np.array((0, 0.9 * np.cos(TILT), -0.9 * np.sin(TILT)))
COLUMNS = np.array((0.8, 0, 0))
NORMAL = np.array((0, np.sin(TILT), np.cos(TILT)))


def _points(slices):
    j, i = np.indices(slices.values.shape[1:])
    return (
        slices.positions_mm[:, None, None]
        + j[None, :, :, None] * slices.row_steps_mm[:, None, None]
        + i[None, :, :, None] * slices.column_steps_mm[:, None, None]
    )


def _tilted(table_mm, function, shape=(40, 45)):
    """A gantry at 18.5°, the table moved by hand: sections at uneven heights, each sheared."""
    n = len(table_mm)
    positions = np.array((-17, -12, 0)) + np.outer(table_mm, (0, 0, 1))
    empty = Slices(
        np.zeros((n, *shape)), positions, np.tile(ROWS, (n, 1)), np.tile(COLUMNS, (n, 1)),
        Quantity.HOUNSFIELD,
    )  # fmt: skip
    return replace(empty, values=function(*np.moveaxis(_points(empty), -1, 0)))


def _linear(x, y, z):
    return 40 + 3 * x - 2 * y + 5 * z


TABLE_MM = (0, 4.2, 8.4, 9.5, 16.9, 24.3)


def _world(grid):
    return grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))


def _feet(slices, grid):
    """For each voxel: its place between two sections, and its row and column on each of them."""
    points, heights = _world(grid), slices.positions_mm @ NORMAL
    height = points @ NORMAL
    low = np.clip(np.searchsorted(heights, height, side="right") - 1, 0, len(heights) - 2)
    part = (height - heights[low]) / (heights[low + 1] - heights[low])
    feet = []
    for k in (low, low + 1):
        plane = np.stack([slices.row_steps_mm[k], slices.column_steps_mm[k]], axis=-1)
        off = (points - slices.positions_mm[k])[..., None]
        feet.append((np.linalg.pinv(plane) @ off)[..., 0])
    return part, low, feet


def _bilinear(values, section, foot):
    """A readable reference: four neighbors, the outermost half pixel held."""
    last = np.asarray(values.shape[1:]) - 1
    at = np.clip(foot, 0, last)
    j, i = np.moveaxis(np.minimum(at.astype(int), last - 1), -1, 0)
    f, g = at[..., 0] - j, at[..., 1] - i
    upper = values[section, j, i] * (1 - g) + values[section, j, i + 1] * g
    lower = values[section, j + 1, i] * (1 - g) + values[section, j + 1, i + 1] * g
    return upper * (1 - f) + lower * f


@pytest.mark.parametrize("voxel_mm", [0.7, 1.3, None])
def test_a_linear_image_on_tilted_uneven_sections_comes_back_exactly(voxel_mm):
    slices = _tilted(TABLE_MM, _linear)
    image = im.from_slices(slices, grid=GridOptions(voxel_mm=voxel_mm))
    part, _, feet = _feet(slices, image.grid)
    within = (part >= 0) & (part <= 1)
    for foot in feet:
        within &= ((foot >= 0) & (foot <= (39, 44))).all(axis=-1)
    assert within.mean() > 0.3
    truth = _linear(*np.moveaxis(_world(image.grid), -1, 0))
    np.testing.assert_allclose(image.values[within], truth[within], atol=1e-9)


def test_the_kernel_does_what_its_reference_does():
    slices = _tilted(TABLE_MM, lambda x, y, z: np.sin(3 * x) * np.cos(2 * y) + z)
    image = im.from_slices(slices, fill=-5.0)
    part, low, feet = _feet(slices, image.grid)
    smallest_mm, steps_mm = 1.1 * NORMAL[2], np.diff(TABLE_MM) * NORMAL[2]
    beyond = np.maximum(-part, part - 1) * steps_mm[low]
    known = beyond <= smallest_mm / 2 + 1e-9
    for k, foot in enumerate(feet):
        on = ((foot >= -0.5) & (foot <= (39.5, 44.5))).all(axis=-1)
        known &= on | (part >= 1 if k == 0 else part <= 0)
    share = np.clip(part, 0, 1)
    at_low, at_high = (_bilinear(slices.values, low + k, feet[k]) for k in (0, 1))
    expected = np.where(known, at_low * (1 - share) + at_high * share, -5)
    np.testing.assert_allclose(image.values, expected, atol=1e-9)


def test_every_section_s_own_pixels_come_back():
    slices = _tilted(TABLE_MM, lambda x, y, z: np.sin(x) + np.cos(2 * y) * z)
    for k in range(1, 5):
        place = tuple(slices.positions_mm[k] + 20 * ROWS + 30 * COLUMNS)
        one = im.from_slices(slices, grid=GridOptions(shape=(1, 1, 1), center_mm=place))
        assert one.values[0, 0, 0] == pytest.approx(slices.values[k, 20, 30], abs=1e-9)


def test_the_order_of_the_sections_does_not_matter():
    slices = _tilted(TABLE_MM, _linear)
    order = [3, 0, 5, 1, 4, 2]
    shuffled = Slices(
        slices.values[order], slices.positions_mm[order], slices.row_steps_mm,
        slices.column_steps_mm, slices.quantity,
    )  # fmt: skip
    a, b = im.from_slices(slices), im.from_slices(shuffled)
    assert a.grid.is_close(b.grid)
    np.testing.assert_array_equal(a.values, b.values)


def test_it_is_said_what_was_corrected_and_interpolated():
    image = im.from_slices(_tilted(TABLE_MM, _linear))
    said = {n.code: n.values for n in image.history.notices}
    assert said["image.tilt_corrected"] == {"tilt_deg": 18.5}
    assert said["image.uneven_slices"] == {"smallest_mm": 1.04, "largest_mm": 7.02}
    assert said["image.outside"]["fill"] == -1000
    # Steps along the normal: 3.98, 3.98, 1.04, 7.02, 7.02; farther than 1.99 mm from both lie
    # 3.04 of each of the two wide steps, of 23.04 + 1.04 mm in all.
    assert said["image.far_from_slices"]["far_mm"] == 1.99
    assert said["image.far_from_slices"]["percent"] == pytest.approx(100 * 6.07 / 24.09, abs=2)


def test_even_upright_sections_keep_their_values_and_need_no_notice():
    n = 5
    values = np.random.default_rng(2).normal(size=(n, 6, 7)).astype(np.float32)
    positions = np.array([(1.0, 2, 3 * k) for k in range(n)])
    slices = Slices(
        values, positions, np.tile((0, 0.5, 0), (n, 1)), np.tile((0.7, 0, 0), (n, 1)),
        Quantity.ATTENUATION,
    )  # fmt: skip
    image = im.from_slices(slices)
    np.testing.assert_allclose(image.values, values, atol=1e-6)
    assert image.grid.spacing_mm == pytest.approx((3, 0.5, 0.7))
    assert image.grid.affine.origin_mm.tolist() == pytest.approx([1, 2, 0])
    assert image.quantity is Quantity.ATTENUATION
    assert image.history.notices == ()


def test_sagittal_sections_make_an_upright_image():
    n = 4
    positions = np.array([(5.0 - 2 * k, -3, 9) for k in range(n)])
    slices = Slices(
        np.zeros((n, 6, 7)), positions, np.tile((0, 0, -1.0), (n, 1)), np.tile((0, 1.5, 0), (n, 1)),
        Quantity.UNKNOWN,
    )  # fmt: skip
    points = _points(slices)
    image = im.from_slices(replace(slices, values=points @ (1, 10, 100)))
    assert image.grid.spacing_mm == pytest.approx((1, 1.5, 2))
    assert image.grid.shape == (6, 7, 4)
    expected = image.grid.to_mm(np.moveaxis(np.indices((6, 7, 4)), 0, -1)) @ (1, 10, 100)
    np.testing.assert_allclose(image.values, expected, atol=1e-9)


def test_sections_may_differ_in_pixels_and_place_in_the_plane():
    a = _tilted(TABLE_MM, _linear)
    scale = np.linspace(1, 1.4, len(TABLE_MM))[:, None]
    shift = np.outer(np.arange(len(TABLE_MM)), COLUMNS / 3)
    b = Slices(
        a.values, a.positions_mm + shift, a.row_steps_mm * scale, a.column_steps_mm / scale,
        a.quantity,
    )  # fmt: skip
    b = replace(b, values=_linear(*np.moveaxis(_points(b), -1, 0)))
    center = tuple(b.positions_mm.mean(axis=0) + 20 * ROWS + 22 * COLUMNS)
    image = im.from_slices(b, grid=GridOptions(voxel_mm=0.5, shape=(9, 8, 7), center_mm=center))
    truth = _linear(
        *np.moveaxis(image.grid.to_mm(np.moveaxis(np.indices((9, 8, 7)), 0, -1)), -1, 0)
    )
    np.testing.assert_allclose(image.values, truth, atol=1e-9)


def test_what_makes_no_stack_is_refused():
    good = _tilted(TABLE_MM, _linear)
    one = Slices(
        good.values[:1], good.positions_mm[:1], good.row_steps_mm[:1], good.column_steps_mm[:1],
        good.quantity,
    )  # fmt: skip
    with pytest.raises(GeometryError, match="at least two sections, got 1"):
        im.from_slices(one)
    turned = good.row_steps_mm.copy()
    turned[3] = (0, 0.9, 0)
    with pytest.raises(GeometryError, match=r"sections 0 and 3 stand at 18.*°"):
        im.from_slices(replace(good, row_steps_mm=turned))
    twice = good.positions_mm.copy()
    twice[4] = twice[2]
    with pytest.raises(GeometryError, match="sections 2 and 4 lie at the same place"):
        im.from_slices(replace(good, positions_mm=twice))
    flat = good.row_steps_mm.copy()
    flat[2] = good.column_steps_mm[2]
    with pytest.raises(GeometryError, match="section 2: its rows and columns"):
        im.from_slices(replace(good, row_steps_mm=flat))
    with pytest.raises(InputError, match="real values"):
        im.from_slices(replace(good, values=good.values.astype(np.complex64)))
