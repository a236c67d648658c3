"""Resampling: polynomials come back exactly, on grids of any shear, turn and handedness."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaphane import image as im
from diaphane.errors import GeometryError, OptionError
from diaphane.image import Image, Labels, Quantity
from diaphane.space import Affine, Grid, GridOptions
from diaphane.testing import affines, grids, images

TILT = np.deg2rad(18.5)
SHEARED = Grid(
    (21, 24, 25),
    Affine.from_columns(
        [(0.2, 0.1, 1.3), (0, 0.9 * np.cos(TILT), 0.9 * np.sin(TILT)), (-0.8, 0.1, 0)],
        (31, -12, 7),
    ),
)


def _coordinates(grid):
    return np.moveaxis(grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1)), -1, 0)


def _field(grid, function):
    x, y, z = _coordinates(grid)
    return Image(function(x, y, z), grid, Quantity.UNKNOWN)


def _linear(x, y, z):
    return 3 + 0.7 * x - 1.1 * y + 0.4 * z


def _inside(old, new, margin):
    """Which voxels of `new` lie at least `margin` voxels inside the centers of `old`."""
    index = old.to_index(np.moveaxis(_coordinates(new), 0, -1))
    return ((index >= margin) & (index <= np.asarray(old.shape) - 1 - margin)).all(axis=-1)


@settings(max_examples=40, deadline=None)
@given(grids(sides=(2, 9), spacing_mm=(0.5, 3)), st.integers(0, 2**20))
def test_linear_reproduces_linear_functions_on_any_pair_of_grids(old, seed):
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(0.3, 3, 3)
    new = Grid(
        (5, 6, 7), Affine.from_columns(turn, old.center_mm - (turn * [[2.5], [3], [3]]).sum(0))
    )
    result = im.resample_onto(_field(old, _linear), _field(new, _linear))
    inside = _inside(old, new, 1e-9)
    np.testing.assert_allclose(
        result.values[inside], _linear(*_coordinates(new))[inside], atol=1e-9, rtol=1e-12
    )


def test_linear_leaves_float32_noise_only_on_a_sheared_left_handed_grid():
    field = replace(_field(SHEARED, _linear), values=_field(SHEARED, _linear).values.astype("f4"))
    result = im.resample(field, grid=GridOptions(voxel_mm=0.7))
    assert not result.grid.is_sheared
    inside = _inside(SHEARED, result.grid, 0)
    assert inside.sum() > 3000
    off = result.values[inside] - _linear(*_coordinates(result.grid))[inside]
    assert np.abs(off).max() < 2e-5


@pytest.mark.parametrize("shape", [(40, 41, 42), (41, 40, 43)])
def test_cubic_reproduces_cubic_polynomials_away_from_the_edges(shape):
    def cubic(x, y, z):
        x, y, z = x / 10, y / 10, z / 10
        return 1 + x**3 - 2 * x**2 * y + 0.5 * y * z**2 - z**3 + x * y * z

    old = Grid(shape, Affine.from_columns([(0.1, 0.3, 1), (0, 0.9, 0.1), (-1, 0, 0.2)], (5, -9, 2)))
    new = Grid.centered((9, 10, 11), 0.37, old.center_mm + np.array((0.3, -0.8, 0.5)))
    result = im.resample_onto(_field(old, cubic), _field(new, cubic), method="cubic")
    assert _inside(old, new, 15).all()
    truth = cubic(*_coordinates(new))
    np.testing.assert_allclose(result.values, truth, atol=2e-6 * np.ptp(truth))


def test_cubic_passes_through_the_values_themselves():
    values = np.random.default_rng(3).normal(size=(5, 6, 7))
    image = Image(values, Grid.centered((5, 6, 7), 2), Quantity.UNKNOWN)
    np.testing.assert_allclose(im.resample(image, method="cubic").values, values, atol=1e-12)


def test_cubic_is_nearer_the_truth_than_linear_on_a_smooth_body():
    def waves(x, y, z):
        return np.sin(x / 3) * np.cos(y / 4) + np.sin(z / 3.5)

    new = Grid.centered((15, 16, 17), 0.6, SHEARED.center_mm)
    errors = []
    for method in ("linear", "cubic"):
        result = im.resample_onto(_field(SHEARED, waves), _field(new, waves), method=method)
        inside = _inside(SHEARED, new, 3)
        errors.append(np.abs(result.values - waves(*_coordinates(new)))[inside].max())
    assert errors[0] > 10 * errors[1]


@settings(max_examples=25, deadline=None)
@given(images(grids(sides=(1, 7)), dtypes=(np.float32, np.float64, np.complex64)))
def test_the_own_grid_changes_nothing(image):
    result = im.resample_onto(image, image)
    np.testing.assert_allclose(result.values, image.values, atol=1e-3)
    assert result.values.dtype == image.values.dtype


def test_an_upright_image_keeps_its_grid_and_a_flipped_one_is_set_upright():
    grid = Grid.centered((3, 4, 5), (2, 0.5, 0.7), (9, 8, 7))
    values = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    upright = Image(values, grid, Quantity.HOUNSFIELD)
    assert im.resample(upright).grid.is_close(grid)
    steps = grid.affine.steps_mm * [[-1], [1], [-1]]
    flipped_grid = Grid(grid.shape, Affine.from_columns(steps, grid.to_mm((2, 0, 4))))
    flipped = Image(values[::-1, :, ::-1], flipped_grid, Quantity.HOUNSFIELD)
    result = im.resample(flipped)
    assert result.grid.is_close(grid)
    np.testing.assert_allclose(result.values, values, atol=1e-3)
    assert result.history.notices == ()


def test_outside_stands_air_in_hounsfield_images_and_it_is_said():
    image = Image(np.full((2, 4, 4), 40.0), Grid.centered((2, 4, 4), 1), Quantity.HOUNSFIELD)
    result = im.resample(image, grid=GridOptions(shape=(2, 4, 8)))
    assert (result.values[:, :, 2:6] == 40).all()
    assert (result.values[:, :, [0, 1, 6, 7]] == -1000).all()
    (said,) = result.history.notices
    assert said.code == "image.outside"
    assert said.values == {"percent": 50.0, "fill": -1000}
    assert im.resample(image, grid=GridOptions(shape=(2, 4, 8)), fill=7.0).values[0, 0, 0] == 7


def test_a_voxel_reaches_half_a_voxel_beyond_its_center():
    image = Image(np.array([[[1.0, 2.0]]]), Grid.centered((1, 1, 2), 1), Quantity.UNKNOWN)
    fine = im.resample(image, grid=GridOptions(voxel_mm=0.25))
    assert fine.grid.shape == (4, 4, 8)
    expected = [1, 1, 1.125, 1.375, 1.625, 1.875, 2, 2]
    np.testing.assert_allclose(fine.values, np.broadcast_to(expected, (4, 4, 8)))
    assert fine.history.notices == ()


def test_much_larger_voxels_are_said_to_skip_detail():
    image = Image(np.zeros((4, 8, 8)), Grid.centered((4, 8, 8), 1), Quantity.UNKNOWN)
    (said,) = im.resample(image, grid=GridOptions(voxel_mm=2.0)).history.notices
    assert (said.code, said.values) == ("image.coarser", {"times": 2.0})


@pytest.mark.parametrize("method", ["linear", "cubic"])
def test_real_and_imaginary_parts_and_channels_are_resampled_alike(method):
    rng = np.random.default_rng(5)
    grid, options = Grid.centered((5, 6, 7), 1), GridOptions(voxel_mm=0.6)
    parts = rng.normal(size=(2, 5, 6, 7))

    def one(values):
        return im.resample(
            Image(values, grid, Quantity.AMPLITUDE), grid=options, method=method
        ).values

    both = Image(parts[0] + 1j * parts[1], grid, Quantity.AMPLITUDE)
    result = im.resample(both, grid=options, method=method)
    np.testing.assert_allclose(result.values, one(parts[0]) + 1j * one(parts[1]))
    stacked = Image(np.moveaxis(parts, 0, -1), grid, Quantity.AMPLITUDE, channels=("a", "b"))
    result = im.resample(stacked, grid=options, method=method)
    assert result.channels == ("a", "b")
    np.testing.assert_allclose(result.values, np.stack([one(p) for p in parts], axis=-1))


def test_colors_stay_whole_numbers_within_their_range():
    values = np.zeros((1, 1, 6, 3), np.uint8)
    values[0, 0, 2:5] = (255, 128, 3)
    color = Image(values, Grid.of_pixels(1, 6), Quantity.COLOR)
    fine = im.resample(color, grid=GridOptions(voxel_mm=0.5), method="cubic")
    assert fine.values.dtype == np.uint8
    assert fine.grid.unit == "pixel"
    red, green, _ = np.moveaxis(fine.values[0, 0].astype(int), -1, 0)
    assert red.max() == 255  # the overshoot is cut where the color ends
    assert red.min() == 0
    assert 128 < green.max() < 160


@pytest.mark.parametrize(
    ("dtype", "gives"),
    [("i2", "f4"), ("u1", "f4"), ("?", "f4"), ("i4", "f8"), ("f8", "f8"), ("c8", "c8")],
)
def test_numbers_keep_their_precision(dtype, gives):
    image = Image(np.ones((2, 3, 3), dtype), Grid.centered((2, 3, 3), 1), Quantity.AMPLITUDE)
    assert im.resample(image).values.dtype == np.dtype(gives)


def test_a_nan_spreads_to_its_neighbors_only():
    values = np.zeros((1, 1, 9))
    values[0, 0, 4] = np.nan
    image = Image(values, Grid.centered((1, 1, 9), 1), Quantity.UNKNOWN)
    shifted = GridOptions(shape=(1, 1, 8))
    assert np.isnan(im.resample(image, grid=shifted).values[0, 0]).tolist() == [
        *[False] * 3, True, True, *[False] * 3
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(affines(spacing_mm=(0.8, 1.2)))
def test_labels_take_the_label_of_the_voxel_they_lie_in(affine):
    old = Grid((5, 6, 7), affine)
    values = np.random.default_rng(1).integers(0, 5, old.shape).astype(np.uint16)
    labels = Labels(values, old, {1: "liver", 2: "spleen"})
    result = im.resample_labels(labels, grid=GridOptions(voxel_mm=0.7))
    index = old.to_index(np.moveaxis(_coordinates(result.grid), 0, -1))
    near = np.floor(index + 0.5).astype(int)
    inside = ((near >= 0) & (near < old.shape)).all(axis=-1)
    clear = (np.abs(index + 0.5 - np.rint(index + 0.5)) > 1e-5).all(axis=-1)
    expected = np.where(inside, values[tuple(np.where(inside[..., None], near, 0).T)].T, 0)
    np.testing.assert_array_equal(result.values[clear], expected[clear])
    assert result.values.dtype == np.uint16
    assert dict(result.names) == {1: "liver", 2: "spleen"}


def test_labels_go_onto_the_grid_of_an_image():
    labels = Labels(np.ones((2, 2, 2), np.uint8), Grid.centered((2, 2, 2), 1))
    reference = Image(np.zeros((2, 2, 4)), Grid.centered((2, 2, 4), 1), Quantity.HOUNSFIELD)
    result = im.resample_labels_onto(labels, reference)
    assert result.values[0, 0].tolist() == [0, 1, 1, 0]
    assert result.history.notices[0].values == {"percent": 50.0, "fill": 0}


def test_pixels_and_millimeters_do_not_mix():
    flat = Image(np.zeros((1, 4, 5)), Grid.of_pixels(4, 5), Quantity.UNKNOWN)
    volume = Image(np.zeros((2, 4, 5)), Grid.centered((2, 4, 5), 1), Quantity.UNKNOWN)
    with pytest.raises(GeometryError, match="both must be in millimeters"):
        im.resample_onto(flat, volume)


def test_options_out_of_bounds_are_refused():
    with pytest.raises(OptionError, match="method"):
        im.resample.check_options({"method": "sinc"})
    with pytest.raises(OptionError, match="voxel_mm"):
        im.resample.check_options({"grid": {"voxel_mm": -1}})
