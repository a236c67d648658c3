"""Otsu's threshold against a brute-force search for the best split of the same bins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaphane import segment
from diaphane.errors import InputError, OptionError
from diaphane.image import Image, Quantity
from diaphane.space import Grid


def _image(values, quantity=Quantity.HOUNSFIELD):
    values = np.asarray(values)
    values = values.reshape((1,) * (3 - values.ndim) + values.shape)
    return Image(values, Grid.centered(values.shape, 1), quantity)


def _brute_force(counts, centers):
    """The between-class variance of every split, straight from its definition."""
    variances = []
    for split in range(1, len(counts)):
        dark, bright = counts[:split], counts[split:]
        w0, w1 = dark.sum() / counts.sum(), bright.sum() / counts.sum()
        m0 = (dark * centers[:split]).sum() / dark.sum()
        m1 = (bright * centers[split:]).sum() / bright.sum()
        variances.append(w0 * w1 * (m0 - m1) ** 2)
    return np.array(variances)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-1200, 3000), min_size=2, max_size=300).filter(lambda v: len(set(v)) > 1),
    st.sampled_from([np.int16, np.int32, np.float32, np.float64]),
)
def test_otsu_is_the_best_of_all_splits(values, dtype):
    values = np.array(values, dtype)
    if values.dtype.kind == "f":
        values += np.random.default_rng(len(values)).normal(size=len(values)).astype(dtype)
        counts, edges = np.histogram(values, 256)
    else:
        edges = np.arange(values.min(), values.max() + 2) - 0.5
        counts, _ = np.histogram(values, edges)
    edges = edges.astype(np.float64)
    centers = (edges[:-1] + edges[1:]) / 2
    variances = _brute_force(counts, centers)
    threshold = segment.otsu_threshold(_image(values))
    chosen = int(np.abs(centers - threshold.value).argmin())
    assert threshold.value == pytest.approx(centers[chosen])
    assert variances[chosen] == pytest.approx(variances.max(), rel=1e-12)
    # Whatever lies within the interval splits the values the same way.
    low, high = threshold.interval
    for other in (low + 1e-3 * (high - low), high - 1e-3 * (high - low)):
        same = np.clip(np.searchsorted(edges, other, side="right") - 1, 0, len(variances) - 1)
        assert variances[same] == pytest.approx(variances.max(), rel=1e-9)


def test_whole_numbers_have_a_bin_each_whatever_bins_says():
    values = np.array([0, 1, 2, 3, 100, 101, 102, 20_000], np.int16)
    a, b = (segment.otsu_threshold(_image(values), bins=n).value for n in (2, 999))
    assert a == b == 102


def test_numbers_that_span_too_much_are_put_into_bins():
    values = np.array([0, 10, 1_000_000, 1_000_010], np.int32)
    threshold = segment.otsu_threshold(_image(values), bins=100)
    assert threshold.value == pytest.approx(5000.05)
    assert threshold.interval[1] == pytest.approx(1_000_010 * 0.99)


def test_two_tissues_are_separated_between_them():
    rng = np.random.default_rng(0)
    water, bone = rng.normal(0, 20, (4, 40, 40)), rng.normal(1000, 20, (2, 40, 40))
    threshold = segment.otsu_threshold(_image(np.concatenate([water, bone]).astype(np.float32)))
    low, high = threshold.interval
    assert 50 < threshold.value < 950
    assert low <= threshold.value <= high
    assert high > 900
    assert (threshold.unit, threshold.name) == ("HU", "Otsu threshold")


def test_padding_and_metal_can_be_ignored():
    rng = np.random.default_rng(0)
    body = np.concatenate([rng.normal(0, 10, 5000), rng.normal(300, 10, 5000)]).astype(np.float32)
    spoiled = np.concatenate([body, np.full(9000, -3024), np.full(100, 20_000)]).astype(np.float32)
    clean = segment.otsu_threshold(_image(body))
    again = segment.otsu_threshold(_image(spoiled), ignore_below=-1000.0, ignore_above=5000.0)
    assert again.value == clean.value
    assert segment.otsu_threshold(_image(spoiled)).value < -500


def test_otsu_labels_what_is_above_and_says_where():
    values = np.array([[[10, 11, 12, 13, 40, 41]]], np.int16)
    labels = segment.otsu(_image(values), structure="bone")
    assert labels.values.tolist() == [[[0, 0, 0, 0, 1, 1]]]
    assert labels.values.dtype == np.uint8
    assert dict(labels.names) == {1: "bone"}
    (said,) = labels.history.notices
    assert (said.code, said.values) == ("segment.threshold_chosen", {"value": 13.0, "unit": "HU"})


def test_it_works_slice_by_slice_on_big_images():
    values = np.random.default_rng(1).normal(size=(30, 50, 60)).astype(np.float32)
    counts, edges = np.histogram(values, 256)
    centers = (edges[:-1] + edges[1:]) / 2
    best = centers[_brute_force(counts, centers).argmax()]
    assert segment.otsu_threshold(_image(values)).value == pytest.approx(float(best), abs=1e-6)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.full((2, 3, 4), 7.0), "all values are 7"),
        (np.array([1.0, np.nan, 2.0]), r"finite values, got nan at \(0, 0, 1\)"),
        (np.array([1.0, np.inf, 2.0]), "finite values, got inf"),
        (np.array([1.0, 2j]), "real values"),
        (np.array([True, True]), "all values are 1"),
    ],
)
def test_what_has_no_two_classes_is_refused(values, says):
    with pytest.raises(InputError, match=says):
        segment.otsu_threshold(_image(values))


def test_a_color_is_refused():
    color = Image(np.zeros((1, 2, 2, 3)), Grid.of_pixels(2, 2), Quantity.COLOR)
    with pytest.raises(InputError, match="channels red, green, blue"):
        segment.otsu(color)


def test_options_that_leave_nothing_are_refused():
    image = _image(np.arange(10))
    with pytest.raises(InputError, match="no value lies between"):
        segment.otsu_threshold(image, ignore_below=50.0)
    with pytest.raises(InputError, match="ignore_below must be <"):
        segment.otsu_threshold(image, ignore_below=5.0, ignore_above=1.0)
    with pytest.raises(OptionError, match="bins"):
        segment.otsu_threshold(image, bins=1)
