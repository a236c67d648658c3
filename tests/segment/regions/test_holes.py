"""Holes: filled where SciPy fills them, bounded by volume, and other structures in them stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from diaphane import segment
from diaphane.errors import GeometryError
from diaphane.image import Labels
from diaphane.space import Grid
from diaphane.testing import grids, label_maps


@settings(max_examples=40, deadline=None)
@given(label_maps(grids(sides=(1, 9)), n_labels=1))
def test_one_structure_is_filled_as_by_scipy(labels):
    inside = labels.values != 0
    for connectivity, order in ((6, 1), (18, 2), (26, 3)):
        way = ndimage.generate_binary_structure(3, order)
        # what scipy floods from beyond the border, ours only from the border itself
        rim = np.ones(inside.shape, bool)
        rim[1:-1, 1:-1, 1:-1] = False
        outside = ndimage.binary_propagation(rim & ~inside, way, mask=~inside)
        filled = segment.fill_holes(labels, connectivity=connectivity).values != 0
        np.testing.assert_array_equal(filled, ~outside)
        flat = segment.fill_holes(labels, within="slices", connectivity=connectivity).values != 0
        plane = ndimage.generate_binary_structure(2, min(order, 2))
        for one, was in zip(flat, inside):
            np.testing.assert_array_equal(one, ndimage.binary_fill_holes(was, plane))


def test_a_hole_within_two_structures_goes_to_the_inner_and_what_is_in_it_stays():
    values = np.zeros((1, 11, 12), np.uint8)
    values[0, 1:10, 1:10] = 1
    values[0, 2:9, 2:9] = 0
    values[0, 3:8, 3:8] = 2
    values[0, 4:7, 4:7] = 0
    values[0, 5, 5] = 3
    filled = segment.fill_holes(Labels(values, Grid.centered(values.shape, 1)), within="slices")
    assert filled.values[0, 4, 4] == 2
    assert filled.values[0, 2, 2] == 1
    assert filled.values[0, 5, 5] == 3
    (said,) = filled.history.notices
    assert (said.code, said.values["voxels"]) == ("segment.holes_filled", 8 + 24)


def test_only_holes_up_to_a_volume_are_filled():
    values = np.ones((5, 9, 12), np.uint8)
    values[2, 4, 2] = values[2, 4, 6:8] = 0
    labels = Labels(values, Grid.centered(values.shape, 10))
    filled = segment.fill_holes(labels, max_ml=1.5).values
    assert filled[2, 4, 2] == 1
    assert (filled[2, 4, 6:8] == 0).all()
    assert segment.fill_holes(labels).values.all()
    with pytest.raises(GeometryError, match="needs a grid in millimeters"):
        segment.fill_holes(Labels(values[:1], Grid.of_pixels(9, 12)), max_ml=1.0)
