"""Multi-Otsu against every split, another dynamic program, and scikit-image."""

from itertools import combinations, pairwise

import numpy as np
import pytest
import real_images
from hypothesis import given, settings
from hypothesis import strategies as st

from diaphane import segment
from diaphane.errors import InputError
from diaphane.image import Labels


def _between(values, cuts):
    """The sum of squared means of the classes, weighted by their sizes, from its definition."""
    ends = [-np.inf, *cuts, np.inf]
    parts = [values[(values > a) & (values <= b)] for a, b in pairwise(ends)]
    return sum(len(p) * (p.mean() - values.mean()) ** 2 for p in parts if len(p))


def _table_program(values, k):
    """The smallest spread within k classes, by a plain table over the sorted distinct values."""
    x, counts = np.unique(values, return_counts=True)
    n = len(x)
    spread = np.full((n, n + 1), np.inf)
    for i in range(n):
        for j in range(i + 1, n + 1):
            mean = np.average(x[i:j], weights=counts[i:j])
            spread[i, j] = (counts[i:j] * (x[i:j] - mean) ** 2).sum()
    best = spread[0].copy()
    for _ in range(k - 1):
        best = np.array(
            [
                min((best[i] + spread[i, j] for i in range(1, j)), default=np.inf)
                for j in range(n + 1)
            ]
        )
    return best[n]


def _cuts(image, k):
    return segment.histogram(image, method="multi_otsu", classes=k).thresholds


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-30, 30), min_size=6, max_size=60).filter(lambda v: len(set(v)) >= 5),
    st.integers(2, 5),
)
def test_no_split_at_all_is_better(image_of, values, k):
    values = np.array(values, np.int16)
    cuts = _cuts(image_of(values), k)
    levels = np.unique(values)[:-1]
    best = max(_between(values, others) for others in combinations(levels, k - 1))
    assert _between(values, cuts) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("k", [2, 3, 5, 8, 13])
@pytest.mark.parametrize("seed", [0, 1])
def test_another_dynamic_program_finds_nothing_better(image_of, k, seed):
    rng = np.random.default_rng(seed)
    values = np.rint(rng.gamma(2, 12, 4000) + 40 * rng.integers(0, 3, 4000)).astype(np.int16)
    total = ((values - values.mean()) ** 2).sum()
    within = total - _between(values, _cuts(image_of(values), k))
    assert within == pytest.approx(_table_program(values, k), rel=1e-9)


@pytest.mark.parametrize("name", real_images.NAMES)
@pytest.mark.parametrize("k", [2, 3, 4])
def test_thresholds_are_those_of_scikit_image_up_to_its_rounding(data, image_of, name, k):
    """It adds in float32, and takes the neighbor of the best gray level now and then."""
    filters = pytest.importorskip("skimage.filters")
    levels = real_images.gray_levels(name, data)
    ours, theirs = _cuts(image_of(levels), k), filters.threshold_multiotsu(levels, k)
    np.testing.assert_allclose(ours, theirs, atol=1)
    assert _between(levels, ours) >= _between(levels, theirs) * (1 - 1e-12)


def test_two_classes_are_otsus(image_of):
    values = np.random.default_rng(1).normal(size=(3, 20, 21)).astype(np.float32)
    assert _cuts(image_of(values), 2)[0] == segment.otsu_threshold(image_of(values)).value


def test_labels_count_from_the_darkest_class_and_leave_0_to_what_is_outside(image_of):
    values = np.array([[[0, 1, 50, 51, 100, 101]]], np.uint8)
    image = image_of(values)
    labels = segment.multi_otsu(image, classes=3)
    assert labels.values.tolist() == [[[1, 1, 2, 2, 3, 3]]]
    assert dict(labels.names) == {1: "class 1", 2: "class 2", 3: "class 3"}
    (said,) = labels.history.notices
    assert (said.code, said.values["values"]) == ("segment.thresholds_chosen", "1, 51")
    within = Labels(np.array([[[1, 0, 1, 1, 1, 0]]], np.uint8), image.grid)
    assert segment.multi_otsu(image, within, classes=3).values.tolist() == [[[1, 0, 2, 2, 3, 0]]]


def test_more_classes_than_values_are_refused(image_of):
    with pytest.raises(InputError, match="4 classes need as many values, the image has 3"):
        segment.multi_otsu(image_of(np.array([1, 2, 2, 9], np.uint8)), classes=4)
    exact = segment.multi_otsu(image_of(np.array([1, 2, 2, 9], np.uint8)), classes=3)
    assert exact.values.tolist() == [[[1, 2, 2, 3]]]


def test_sixty_thousand_bins_are_no_hardship(image_of):
    values = np.random.default_rng(2).integers(0, 60_000, 200_000).astype(np.uint16)
    cuts = _cuts(image_of(values), 6)
    np.testing.assert_allclose(cuts, np.arange(1, 6) * 10_000, atol=600)
