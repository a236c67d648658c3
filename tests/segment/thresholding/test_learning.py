"""A threshold learned from examples against a search over every split."""

import numpy as np
import pytest

from diaphane import quality, segment
from diaphane.errors import GeometryError, InputError, QuantityError
from diaphane.image import Image, Labels, Quantity
from diaphane.space import Grid


def _example(seed, shape=(3, 8, 11), dtype=np.int16, name=1):
    rng = np.random.default_rng(seed)
    drawn = (rng.random(shape) < 0.1 + 0.2 * rng.random()).astype(np.uint8)
    values = (rng.normal(0, 40, shape) + 60 * drawn).astype(dtype)
    grid = Grid.centered(shape, (2.0, 1.0, 1.0))
    return Image(values, grid, Quantity.HOUNSFIELD), Labels(drawn * name, grid)


def _searched(pairs, side, weigh):
    """The largest agreement of all thresholds, tried one by one."""
    levels = np.unique(np.concatenate([i.values.ravel() for i, _ in pairs]))
    best = 0.0
    for t in levels:
        labeled = [(i.values > t) if side == "above" else (i.values <= t) for i, _ in pairs]
        both = [2 * (a & (b.values != 0)).sum() for a, (_, b) in zip(labeled, pairs)]
        sizes = [a.sum() + (b.values != 0).sum() for a, (_, b) in zip(labeled, pairs)]
        if weigh == "voxels":
            best = max(best, sum(both) / sum(sizes))
        else:
            best = max(best, float(np.mean(np.divide(both, sizes))))
    return best


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize("weigh", ["images", "voxels"])
@pytest.mark.parametrize("n", [1, 2, 4])
def test_no_split_agrees_better_than_the_learned_one(dtype, weigh, n):
    pairs = [_example(k, (3, 8 + k, 11), dtype) for k in range(n)]
    learned = segment.learned_threshold(*(x for pair in pairs for x in pair), weigh=weigh)
    (said,) = learned.history.notices
    assert said.values["examples"] == n
    assert said.values["dice"] == pytest.approx(_searched(pairs, "above", weigh), abs=1e-12)
    if weigh == "images":
        dice = [quality.dice(segment.apply_threshold(i, learned), t).value for i, t in pairs]
        assert np.mean(dice) == pytest.approx(said.values["dice"], abs=1e-12)
    low, high = learned.interval
    assert low <= learned.value < high
    assert all(((i.values > low) & (i.values < high)).sum() == 0 for i, _ in pairs)


def test_dark_structures_are_learned_on_the_other_side():
    image, truth = _example(4)
    dark = Image(-image.values, image.grid, image.quantity)
    learned = segment.learned_threshold(dark, truth, side="below")
    (said,) = learned.history.notices
    assert said.values["dice"] == pytest.approx(_searched([(dark, truth)], "below", "voxels"))
    bright = segment.learned_threshold(image, truth)
    assert learned.value == -bright.value
    labels = segment.apply_threshold(dark, learned, side="below")
    assert quality.dice(labels, truth).value == pytest.approx(said.values["dice"])


def test_neighboring_real_numbers_are_split_between_them():
    one = np.float32(1)
    values = np.array([[[0, one, np.nextafter(one, np.float32(2)), 3]]], np.float32)
    image = Image(values, Grid.centered(values.shape, 1), Quantity.HOUNSFIELD)
    truth = Labels(np.array([[[0, 0, 1, 1]]], np.uint8), image.grid)
    learned = segment.learned_threshold(image, truth)
    np.testing.assert_array_equal(segment.apply_threshold(image, learned).values, truth.values)


def test_one_of_several_structures_is_learned():
    image, truth = _example(5, name=3)
    other = truth.values.copy()
    other[0] = np.where(other[0] == 3, 7, 0)
    labels = Labels(other, image.grid)
    learned = segment.learned_threshold(image, labels, label=3)
    only = Labels((other == 3).astype(np.uint8), image.grid)
    assert learned.value == segment.learned_threshold(image, only).value


def test_examples_that_teach_nothing_are_refused():
    image, truth = _example(6)
    none = Labels(np.zeros_like(truth.values), image.grid)
    with pytest.raises(InputError, match="no voxel is labeled"):
        segment.learned_threshold(image, none)
    with pytest.raises(InputError, match="each example needs an image and its labels"):
        segment.learned_threshold(image, truth, image)
    with pytest.raises(InputError, match="each example needs an image and its labels"):
        segment.learned_threshold(image, truth, third_truth=truth)
    every = Labels(np.ones_like(truth.values), image.grid)
    with pytest.raises(InputError, match="no threshold does better than labeling every voxel"):
        segment.learned_threshold(image, every)
    elsewhere = Labels(truth.values[:2], Grid.centered((2, 8, 11), 1))
    with pytest.raises(GeometryError, match="needs labels on the image's grid"):
        segment.learned_threshold(image, elsewhere)
    other = Image(image.values, image.grid, Quantity.UNKNOWN)
    with pytest.raises(QuantityError, match="all examples must carry"):
        segment.learned_threshold(image, truth, other, truth)
