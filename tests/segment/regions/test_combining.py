"""Structures cut by others: both pieces make the whole again."""

import numpy as np
import pytest

from diaphane import segment
from diaphane.errors import GeometryError
from diaphane.image import Labels
from diaphane.space import Grid


def labels_of(values, names=None):
    values = np.asarray(values, np.uint8).reshape(1, 1, -1)
    return Labels(values, Grid.centered(values.shape, 1.0), names or {})


def test_a_structure_is_cut_in_two_by_a_region():
    labels = labels_of([1, 1, 2, 2, 0, 2], {1: "bone", 2: "lung"})
    region = labels_of([0, 7, 3, 0, 3, 0])
    inner, outer = segment.intersection(labels, region), segment.difference(labels, region)
    assert inner.values.ravel().tolist() == [0, 1, 2, 0, 0, 0]
    assert outer.values.ravel().tolist() == [1, 0, 0, 2, 0, 2]
    assert dict(inner.names) == dict(outer.names) == {1: "bone", 2: "lung"}
    assert inner.values.dtype == np.uint8


def test_nothing_left_is_said_and_another_grid_refused():
    labels = labels_of([1, 1, 0], {1: "bone"})
    nothing = segment.difference(labels, labels)
    assert [n.code for n in nothing.history.notices] == ["segment.nothing_inside"]
    with pytest.raises(GeometryError, match="region must lie on the labels' grid"):
        segment.intersection(labels, labels_of([1, 1]))
