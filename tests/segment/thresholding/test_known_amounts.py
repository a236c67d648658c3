"""Thresholds that leave a known share or volume, and what is labeled by a threshold that flows."""

import numpy as np
import pytest

from diaphane import segment
from diaphane.errors import GeometryError, InputError, QuantityError
from diaphane.image import Image, Labels, Measurement, Quantity
from diaphane.space import Grid


def _noise(shape=(5, 17, 24), dtype=np.float32):
    return np.random.default_rng(3).normal(0, 100, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize("percentile", [0, 0.1, 35, 50, 99.9, 100])
def test_a_percentile_is_that_of_numpy(image_of, dtype, percentile):
    values = _noise(dtype=dtype)
    found = segment.percentile_threshold(image_of(values), percentile=percentile)
    assert found.value == np.percentile(values, percentile, method="inverted_cdf")
    share = 100 * np.mean(values <= found.value)
    assert share >= percentile
    low, high = found.interval
    assert low == found.value
    assert ((values > low) & (values < high)).sum() == 0


def test_the_smallest_share_reached_is_not_missed_by_rounding(image_of):
    image = image_of(np.arange(20))
    for percentile in range(5, 101, 5):
        found = segment.percentile_threshold(image, percentile=percentile)
        assert found.value == percentile // 5 - 1


@pytest.mark.parametrize("side", ["above", "below"])
def test_a_prior_volume_is_reached_to_the_voxel_where_no_values_are_equal(side):
    values = _noise()
    image = Image(values, Grid.centered(values.shape, (3.0, 0.5, 0.7)), Quantity.HOUNSFIELD)
    for n_voxels in (1, 12, 777, values.size - 1):
        asked = n_voxels * 1.05 / 1000
        found = segment.prior_volume_threshold(image, volume_ml=asked, side=side)
        labels = segment.apply_threshold(image, found, side=side)
        assert labels.values.sum() == n_voxels
        assert segment.volume(labels).value == pytest.approx(asked)


@pytest.mark.parametrize("side", ["above", "below"])
def test_no_other_value_comes_nearer_to_a_prior_volume(image_of, side):
    values = np.random.default_rng(1).integers(0, 7, (4, 5, 6)).astype(np.int16)
    image = image_of(values)
    for wanted in (1, 30, 63, 100, 119):
        found = segment.prior_volume_threshold(image, volume_ml=wanted / 1000, side=side)
        counts = {t: ((values > t) if side == "above" else (values <= t)).sum() for t in range(6)}
        best = min(abs(n - wanted) for n in counts.values())
        assert abs(counts[int(found.value)] - wanted) == best
        said = {n.code: n.values for n in found.history.notices}
        assert ("segment.prior_volume" in said) == (best > 1)


def test_a_mask_hides_what_does_not_count_nan_included(image_of):
    values = _noise()
    values[0] = np.nan
    image = image_of(values)
    inside = np.ones(values.shape, np.uint8)
    inside[0] = 0
    within = Labels(inside, image.grid)
    median = segment.percentile_threshold(image, within)
    assert median.value == np.percentile(values[1:], 50, method="inverted_cdf")
    labels = segment.apply_threshold(image, median, within)
    assert not labels.values[0].any()
    assert labels.values.sum() == (values[1:] > median.value).sum()
    volume = segment.prior_volume_threshold(image, within, volume_ml=0.1)
    assert segment.apply_threshold(image, volume, within).values.sum() == 100
    inside[0, 0, 3] = 1
    with pytest.raises(InputError, match=r"finite values, got nan at \(0, 0, 3\)"):
        segment.percentile_threshold(image, Labels(inside, image.grid))


def test_volumes_that_no_threshold_gives_are_refused(image_of):
    image = image_of(np.arange(8))
    for volume_ml in (0.0001, 0.008, 9.0):
        with pytest.raises(InputError, match=r"half a voxel \(0.0005 mL\) and less.*\(0.008 mL\)"):
            segment.prior_volume_threshold(image, volume_ml=volume_ml)
    with pytest.raises(InputError, match="all values are 3, so that nothing can be separated"):
        segment.prior_volume_threshold(image_of(np.full(8, 3)), volume_ml=0.004)
    photograph = Image(np.zeros((1, 2, 2)), Grid.of_pixels(2, 2), Quantity.UNKNOWN)
    with pytest.raises(GeometryError, match="needs a grid in millimeters"):
        segment.prior_volume_threshold(photograph, volume_ml=1.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_threshold_that_flows_labels_what_the_method_labels(image_of, dtype):
    values = np.clip(_noise() / 3 + 100, 0, 255).astype(dtype)
    image = image_of(values)
    for side in ("above", "below"):
        found = segment.threshold_value(image, method="li")
        here = segment.apply_threshold(image, found, side=side, structure="bone")
        there = segment.threshold(image, method="li", side=side, structure="bone")
        np.testing.assert_array_equal(here.values, there.values)
        assert dict(here.names) == {1: "bone"}


def test_a_threshold_in_another_unit_is_refused(image_of):
    with pytest.raises(QuantityError, match=r"threshold must be in HU as the image is, got 3 mm"):
        segment.apply_threshold(image_of([1, 5]), Measurement(3.0, "mm"))
    with pytest.raises(QuantityError, match="high must be in numbers without a unit"):
        segment.apply_hysteresis(
            image_of([1, 5], Quantity.UNKNOWN), Measurement(3.0, ""), Measurement(4.0, "HU")
        )


def test_hysteresis_between_found_thresholds_is_that_between_named_ones(image_of):
    image = image_of(_noise())
    low, high = (segment.percentile_threshold(image, percentile=p) for p in (80, 97))
    found = segment.apply_hysteresis(image, low, high, connectivity=6)
    named = segment.hysteresis(image, low=low.interval[1], high=high.interval[1], connectivity=6)
    np.testing.assert_array_equal(found.values, named.values)
    assert 0 < found.values.sum() < named.values.size
    with pytest.raises(InputError, match="low must be <= high, got"):
        segment.apply_hysteresis(image, high, low)
