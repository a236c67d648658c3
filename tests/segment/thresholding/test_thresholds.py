"""Thresholds that somebody names, bounds included."""

import numpy as np
import pytest

from diaphane import segment
from diaphane.errors import InputError
from diaphane.image import Image, Quantity
from diaphane.space import Grid


def _row(*values):
    return Image(
        np.array([[values]], np.float32), Grid.centered((1, 1, len(values)), 1), Quantity.HOUNSFIELD
    )


def test_fixed_includes_both_bounds():
    image = _row(99, 100, 150, 200, 201)
    assert segment.fixed(image, low=100.0).values.tolist() == [[[0, 1, 1, 1, 1]]]
    both = segment.fixed(image, low=100.0, high=200.0, structure="vessels")
    assert both.values.tolist() == [[[0, 1, 1, 1, 0]]]
    assert dict(both.names) == {1: "vessels"}


def test_hysteresis_grows_from_sure_voxels_through_likely_ones():
    image = _row(300, 180, 200, 179, 250, 190, 100, 300)
    inside = segment.hysteresis(image, low=180.0, high=300.0)
    assert inside.values.tolist() == [[[1, 1, 1, 0, 0, 0, 0, 1]]]


@pytest.mark.parametrize(
    ("likely", "joined_by"),
    [((0, 0, 1), (6, 18, 26)), ((0, 1, 1), (18, 26)), ((1, 1, 0), (18, 26)), ((1, 1, 1), (26,))],
)
def test_neighbors_touch_at_faces_edges_or_corners(likely, joined_by):
    values = np.zeros((3, 3, 3))
    values[0, 0, 0], values[likely] = 300, 200
    image = Image(values, Grid.centered((3, 3, 3), 1), Quantity.HOUNSFIELD)
    for connectivity in (6, 18, 26):
        inside = segment.hysteresis(image, low=100.0, high=300.0, connectivity=connectivity)
        assert bool(inside.values[likely]) == (connectivity in joined_by)


def test_hysteresis_with_equal_thresholds_is_a_fixed_one():
    values = np.random.default_rng(2).normal(size=(6, 7, 8))
    image = Image(values, Grid.centered((6, 7, 8), 1), Quantity.UNKNOWN)
    a, b = segment.hysteresis(image, low=0.5, high=0.5), segment.fixed(image, low=0.5)
    np.testing.assert_array_equal(a.values, b.values)


def test_it_is_said_when_nothing_is_inside():
    for labels in (
        segment.fixed(_row(1, 2), low=5.0, structure="bone"),
        segment.hysteresis(_row(1, 2), low=1.0, high=5.0, structure="bone"),
    ):
        (said,) = labels.history.notices
        assert (said.code, said.values) == ("segment.nothing_inside", {"name": "bone"})


def test_bounds_the_wrong_way_round_are_refused():
    with pytest.raises(InputError, match=r"low must be <= high, got 5.0 and 2.0"):
        segment.fixed(_row(1, 2), low=5.0, high=2.0)
    with pytest.raises(InputError, match=r"low must be <= high, got 5.0 and 2.0"):
        segment.hysteresis(_row(1, 2), low=5.0, high=2.0)


def test_nan_is_refused():
    with pytest.raises(
        InputError, match=r"segment.fixed takes finite values, got nan at \(0, 0, 1\)"
    ):
        segment.fixed(_row(1, np.nan), low=0.0)
