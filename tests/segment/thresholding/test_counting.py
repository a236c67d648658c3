"""Histograms against NumPy's, on every type of number, with masks, ranges and bounds."""

import numpy as np
import pytest

from diaphane import segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels, Quantity
from diaphane.space import Grid

TYPES = [np.uint8, np.int8, np.uint16, np.int16, np.int32, np.int64, np.float32, np.float64, bool]


def _values(dtype, shape=(5, 33, 47)):
    rng = np.random.default_rng(4)
    values = rng.normal(60, 20, shape)
    return (values > 60) if dtype is bool else np.clip(values, -100, 127).astype(dtype)


def _within(image, rng=None):
    inside = np.zeros(image.grid.shape, np.uint8)
    inside[1:4, 5:20, 8:41] = 3
    return Labels(inside, image.grid)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("is_masked", [False, True])
def test_whole_numbers_have_a_bin_each_and_others_numpys_bins(image_of, dtype, is_masked):
    image = image_of(_values(dtype))
    within = _within(image) if is_masked else None
    counted = segment.histogram(image, within)
    values = image.values[within.values > 0] if within else image.values.reshape(-1)
    if values.dtype.kind == "f":
        counts, edges = np.histogram(values, 256)
    else:
        edges = np.arange(int(values.min()), int(values.max()) + 2) - 0.5
        counts, _ = np.histogram(values.astype(np.int64), edges)
    np.testing.assert_array_equal(counted.counts, counts)
    np.testing.assert_array_equal(counted.edges, edges.astype(np.float64))
    assert (counted.smallest, counted.largest) == (values.min(), values.max())
    assert (counted.unit, counted.name) == ("HU", "hounsfield")


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int64, np.float32])
def test_range_and_bins_are_free(image_of, dtype):
    values = _values(dtype)
    counted = segment.histogram(image_of(values), bins=17, range=(20.0, 101.0))
    counts, edges = np.histogram(values, 17, (20, 101))
    np.testing.assert_array_equal(counted.counts, counts)
    np.testing.assert_allclose(counted.edges, edges, rtol=1e-6)
    both = segment.histogram(
        image_of(values), bins=17, range=(20.0, 101.0), ignore_below=30.0, ignore_above=90.0
    )
    kept = values[(values >= 30) & (values <= 90)]
    np.testing.assert_array_equal(both.counts, np.histogram(kept, 17, (20, 101))[0])


def test_large_images_are_counted_by_several_threads(image_of):
    rng = np.random.default_rng(5)
    for values in (
        rng.integers(0, 256, (9, 401, 403), np.uint8),
        rng.integers(-900, 900, (9, 401, 403), np.int16),
        rng.normal(size=(9, 401, 403)).astype(np.float32),
    ):
        counted = segment.histogram(image_of(values), bins=1000)
        assert counted.counts.sum() == values.size
        if values.dtype.kind == "f":
            np.testing.assert_array_equal(counted.counts, np.histogram(values, 1000)[0])
        else:
            low = int(values.min())
            expected = np.bincount(values.reshape(-1).astype(np.int64) - low)
            np.testing.assert_array_equal(counted.counts, expected)


def test_values_at_edges_fall_where_numpy_puts_them(image_of):
    for dtype in (np.float32, np.float64):
        values = np.linspace(-1000, 2000, 769).astype(dtype)  # every third one on an edge
        counted = segment.histogram(image_of(values), bins=256)
        np.testing.assert_array_equal(counted.counts, np.histogram(values, 256)[0])


def test_other_byte_orders_and_half_precision_are_counted_too(image_of):
    values = np.arange(24).reshape(2, 3, 4)
    for dtype in (">i2", ">f4", np.float16):
        assert (
            segment.histogram(image_of(values.astype(dtype)), bins=24).counts.tolist() == [1] * 24
        )


def test_what_lies_outside_the_mask_may_be_anything(image_of):
    values = _values(np.float32)
    image = image_of(values)
    within = _within(image)
    spoiled = np.where(within.values > 0, values, np.nan).astype(np.float32)
    clean = segment.threshold_value(image, within, method="otsu")
    assert segment.threshold_value(image_of(spoiled), within, method="otsu").value == clean.value
    labels = segment.threshold(image_of(spoiled), within)
    np.testing.assert_array_equal(
        labels.values != 0, (values > np.float32(clean.value)) & (within.values > 0)
    )
    with pytest.raises(InputError, match=r"finite values, got nan at \(0, 0, 0\)"):
        segment.threshold(image_of(spoiled))


def test_both_sides_of_a_threshold_together_are_the_mask(image_of):
    image = image_of(_values(np.int16))
    within = _within(image)
    above = segment.threshold(image, within, side="above")
    below = segment.threshold(image, within, side="below")
    np.testing.assert_array_equal(above.values + below.values, within.values != 0)


def test_masks_that_do_not_fit_are_refused(image_of):
    image = image_of(_values(np.int16))
    other = Labels(np.ones((5, 33, 46), np.uint8), Grid.centered((5, 33, 46), 1))
    with pytest.raises(GeometryError, match=r"within must lie on the grid .* \(5, 33, 46\)"):
        segment.threshold(image, other)
    moved = Labels(np.ones(image.grid.shape, np.uint8), Grid.centered(image.grid.shape, 2))
    with pytest.raises(GeometryError, match="within must lie where the image lies"):
        segment.threshold(image, moved)
    empty = Labels(np.zeros(image.grid.shape, np.uint16), image.grid)
    with pytest.raises(InputError, match="within holds no voxel"):
        segment.threshold(image, empty)


def test_a_full_mask_changes_nothing(image_of):
    image = image_of(_values(np.float32))
    full = Labels(np.full(image.grid.shape, 300, np.uint16), image.grid)
    a, b = segment.histogram(image, full), segment.histogram(image)
    np.testing.assert_array_equal(a.counts, b.counts)


def test_ranges_that_hold_nothing_are_refused(image_of):
    image = image_of(_values(np.float32))
    with pytest.raises(InputError, match="no value lies within the range"):
        segment.threshold(image, range=(500.0, 900.0))
    with pytest.raises(InputError, match="range must be two growing numbers"):
        segment.threshold(image, range=(5.0, 5.0))
    with pytest.raises(InputError, match="all values fall into one bin"):
        segment.threshold(image, bins=2, range=(-1000.0, 9000.0))
    tight = image_of(np.array([1e6, 1e6 + 0.0625, 1e6 + 0.125], np.float32))
    with pytest.raises(InputError, match="finer than the numbers themselves"):
        segment.threshold(tight)


@pytest.mark.parametrize("kind", ["otsu", "multi_otsu"])
def test_a_histogram_marks_the_thresholds_of_a_method(image_of, kind):
    image = image_of(_values(np.int16))
    counted = segment.histogram(image, method=kind, classes=4)
    assert len(counted.thresholds) == (1 if kind == "otsu" else 3)
    if kind == "otsu":
        assert counted.thresholds[0] == segment.otsu_threshold(image).value


def test_a_photograph_in_pixels_is_cut_like_any_image():
    values = np.array([[[1, 2, 9], [8, 1, 9]]], np.uint8)
    image = Image(values, Grid.of_pixels(2, 3), Quantity.UNKNOWN)
    assert segment.otsu(image).values.tolist() == [[[0, 0, 1], [1, 0, 1]]]
