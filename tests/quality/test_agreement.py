"""Dice and Jaccard: by hand, by label, with intervals, on one grid only."""

import numpy as np
import pytest
from hypothesis import given, settings

from diaphane import quality
from diaphane.errors import GeometryError, InputError
from diaphane.image import Labels
from diaphane.space import Grid
from diaphane.testing import grids, label_maps


def _labels(values, center_mm=(0, 0, 0)):
    values = np.asarray(values, np.uint8)
    values = values.reshape((1,) * (3 - values.ndim) + values.shape)
    return Labels(values, Grid.centered(values.shape, 1, center_mm))


def _ball(radius, shift=0.0):
    z, y, x = np.indices((30, 31, 32)) - 15
    return _labels((x - shift) ** 2 + y**2 + z**2 <= radius**2)


def test_dice_and_jaccard_by_hand():
    a, b = _labels([1, 1, 1, 0, 0, 0]), _labels([0, 1, 1, 1, 1, 0])
    assert quality.dice(a, b).value == pytest.approx(2 * 2 / 7)
    assert quality.jaccard(a, b).value == pytest.approx(2 / 5)


@settings(max_examples=40, deadline=None)
@given(label_maps(grids(sides=(1, 8))).filter(lambda m: m.values.any()))
def test_a_structure_agrees_with_itself_and_jaccard_follows_dice(labels):
    assert quality.dice(labels, labels).value == 1
    other = Labels(np.roll(labels.values, 1), labels.grid)
    d, j = quality.dice(labels, other).value, quality.jaccard(labels, other).value
    assert j == pytest.approx(d / (2 - d))
    assert quality.dice(other, labels).value == pytest.approx(d)


def test_the_interval_shrinks_with_agreement_and_holds_the_value():
    near, far = (quality.dice(_ball(10, shift), _ball(10)) for shift in (1, 4))
    for dice in (near, far):
        low, high = dice.interval
        assert 0 <= low < dice.value < high <= 1
    assert near.value > 0.9 > far.value
    assert np.ptp(near.interval) < np.ptp(far.interval)
    assert (near.unit, near.name) == ("", "Dice coefficient")
    assert quality.dice(_ball(10), _ball(10)).interval == (1, 1)


def test_one_structure_or_all():
    a, b = _labels([1, 2, 0, 2]), _labels([2, 2, 0, 0])
    assert quality.dice(a, b).value == pytest.approx(2 * 2 / 5)
    assert quality.dice(a, b, label=2).value == pytest.approx(2 * 1 / 4)


def test_grids_that_differ_are_refused_with_the_mend():
    a = _labels(np.ones((2, 3, 4)))
    with pytest.raises(GeometryError, match=r"another place.*image.resample_labels_onto"):
        quality.dice(a, _labels(np.ones((2, 3, 4)), center_mm=(0, 0.01, 0)))
    with pytest.raises(GeometryError, match=r"shapes \(2, 3, 4\) and \(2, 3, 5\)"):
        quality.dice(a, _labels(np.ones((2, 3, 5))))
    flat = np.ones((1, 3, 4), np.uint8)
    in_mm, in_pixels = Labels(flat, Grid.centered((1, 3, 4), 1)), Labels(flat, Grid.of_pixels(3, 4))
    with pytest.raises(GeometryError, match="units mm and pixel"):
        quality.jaccard(in_mm, in_pixels)


def test_nothing_to_compare_is_refused():
    empty = _labels(np.zeros((2, 3, 4)))
    with pytest.raises(InputError, match="neither labels nor truth has a voxel of any structure"):
        quality.dice(empty, empty)
    with pytest.raises(InputError, match="label 7"):
        quality.dice(_ball(5), _ball(5), label=7)
