"""The picture of a histogram: heights and places of what is drawn."""

from itertools import pairwise

import numpy as np
import pytest

from diaphane import render
from diaphane.image import Histogram

AMBER = (240, 160, 48)


def _histogram(counts, thresholds=(), low=0.0, high=100.0):
    edges = np.linspace(low, high, len(counts) + 1)
    return Histogram(np.array(counts, float), edges, low, high, "HU", tuple(thresholds))


def _bars(picture):
    """How many gray pixels stand in each column, above the words of the axis."""
    rows, columns, _ = picture.pixels.shape
    above = picture.pixels[: rows - 3 * max(10, columns // 46) + 1]
    return (above == 112).all(axis=-1).sum(axis=0)


def test_heights_are_proportional_to_counts():
    columns = _bars(render.histogram(_histogram([1, 4, 2, 0, 1]), width_px=640))
    first, last = np.flatnonzero(columns)[[0, -1]]
    fifths = np.linspace(first, last + 1, 6)
    heights = [columns[round((a + b) / 2)] - 1 for a, b in pairwise(fifths)]
    assert np.array(heights) / max(heights) == pytest.approx([0.25, 1, 0.5, 0, 0.25], abs=0.02)


def test_a_logarithm_shows_small_groups_beside_large_ones():
    counts = [1_000_000, 0, 10]
    columns = _bars(render.histogram(_histogram(counts)))
    assert columns[-150:].max() <= 1
    columns = _bars(render.histogram(_histogram(counts), counts="log"))
    assert columns[-150:].max() > 0


@pytest.mark.parametrize("width_px", [240, 333, 1024])
def test_thresholds_stand_where_their_values_are(width_px):
    picture = render.histogram(_histogram([1] * 50, (25.0, 75.0)), width_px=width_px)
    assert picture.pixels.shape == (round(0.45 * width_px), width_px, 3)
    is_amber = (picture.pixels == AMBER).all(axis=-1).sum(axis=0)
    lines = np.flatnonzero(is_amber > 0.3 * picture.pixels.shape[0])
    gray = np.flatnonzero(_bars(picture))
    shares = (lines - gray[0]) / (gray[-1] - gray[0])
    assert shares[shares < 0.5].mean() == pytest.approx(0.25, abs=0.02)
    assert shares[shares > 0.5].mean() == pytest.approx(0.75, abs=0.02)
    assert len(lines) >= 2


def test_without_thresholds_nothing_is_amber_and_those_outside_are_left_out():
    for histogram in (_histogram([1, 2, 3]), _histogram([1, 2, 3], (-5.0, 101.0))):
        assert not (render.histogram(histogram).pixels == AMBER).all(axis=-1).any()


def test_many_fine_bins_and_few_values_are_drawn():
    counts = np.zeros(65_536)
    counts[[0, 40_000, 65_535]] = 5
    columns = _bars(render.histogram(_histogram(counts, (0.0,), -1024.0, 64_511.0)))
    assert (columns > 0).sum() >= 2
