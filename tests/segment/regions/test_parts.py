"""Connected parts: numbered by size, kept or dropped, and what was dropped is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from diaphane import segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Labels
from diaphane.space import Grid
from diaphane.testing import grids, label_maps


def _labels(values, voxel_mm=1.0, names=None):
    values = np.asarray(values, np.uint8)
    values = values.reshape((1,) * (3 - values.ndim) + values.shape)
    return Labels(values, Grid.centered(values.shape, voxel_mm), names or {1: "bone"})


def test_parts_are_numbered_from_the_largest():
    result = segment.components(_labels([1, 0, 1, 1, 1, 0, 1, 1]))
    assert result.values.tolist() == [[[3, 0, 1, 1, 1, 0, 2, 2]]]
    assert result.values.dtype == np.uint16


def test_parts_of_equal_size_keep_their_order():
    assert segment.components(_labels([1, 0, 1, 0, 1])).values.tolist() == [[[1, 0, 2, 0, 3]]]


def test_touching_structures_of_different_labels_are_different_parts():
    assert segment.components(_labels([1, 1, 2, 2, 2])).values.tolist() == [[[2, 2, 1, 1, 1]]]


@settings(max_examples=30, deadline=None)
@given(label_maps(grids(sides=(1, 8))))
def test_there_are_as_many_parts_as_scipy_counts(labels):
    full = np.ones((3, 3, 3))
    expected = sum(ndimage.label(labels.values == k, full)[1] for k in (1, 2, 3))
    assert segment.components(labels).values.max() == expected


def test_the_largest_part_of_each_structure_stays():
    labels = _labels([1, 0, 1, 1, 0, 2, 2, 0, 2, 0, 1], names={1: "bone", 2: "brain"})
    result = segment.largest(labels)
    assert result.values.tolist() == [[[0, 0, 1, 1, 0, 2, 2, 0, 0, 0, 0]]]
    assert dict(result.names) == {1: "bone", 2: "brain"}
    assert result.values.dtype == np.uint8
    (said,) = result.history.notices
    assert (said.code, said.values) == ("segment.parts_dropped", {"parts": 3, "voxels": 3})


def test_parts_are_kept_by_their_volume():
    labels = _labels([1, 0, 1, 1, 0, 1, 1, 1], voxel_mm=10.0)  # 1 mL a voxel
    assert segment.by_volume(labels, min_ml=2.0).values.tolist() == [[[0, 0, 1, 1, 0, 1, 1, 1]]]
    between = segment.by_volume(labels, min_ml=1.5, max_ml=2.5)
    assert between.values.tolist() == [[[0, 0, 1, 1, 0, 0, 0, 0]]]
    nothing = segment.by_volume(labels, min_ml=50.0)
    assert {n.code for n in nothing.history.notices} == {
        "segment.parts_dropped",
        "segment.nothing_inside",
    }


def test_connectivity_decides_what_hangs_together():
    labels = _labels([[1, 0], [0, 1]])
    assert segment.components(labels, connectivity=6).values.max() == 2
    assert segment.components(labels, connectivity=18).values.max() == 1


def test_no_structure_stays_none():
    empty = _labels(np.zeros((2, 3, 4)))
    assert segment.components(empty).values.max() == 0
    assert segment.largest(empty).values.max() == 0


def test_more_parts_than_16_bits_hold_are_counted():
    values = np.zeros((60, 120, 120), np.uint8)
    values[::2, ::2, ::2] = 1
    result = segment.components(Labels(values, Grid.centered(values.shape, 1)))
    assert result.values.max() == 30 * 60 * 60
    assert result.values.dtype == np.int32


def test_volumes_need_millimeters_and_bounds_in_order():
    flat = Labels(np.ones((1, 2, 2), np.uint8), Grid.of_pixels(2, 2))
    with pytest.raises(GeometryError, match="grid in millimeters, got one in pixels"):
        segment.by_volume(flat, min_ml=1.0)
    with pytest.raises(InputError, match="min_ml must be <= max_ml"):
        segment.by_volume(_labels([1]), min_ml=3.0, max_ml=1.0)
