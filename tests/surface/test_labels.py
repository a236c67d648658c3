"""Surfaces of labels: smooth, true in size, never far from the map."""

import numpy as np
import pytest
from solids import SOLIDS, is_closed, size, sphere

from diaphane import surface
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.space import Grid


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: s.name)
def test_the_surface_of_a_mask_has_the_size_of_the_body(solid):
    found = surface.of_labels(solid.labels(0.5))
    volume_mm3, area_mm2 = size(found)
    assert is_closed(found.triangles)
    assert volume_mm3 == pytest.approx(solid.volume_mm3, rel=0.01)
    assert area_mm2 == pytest.approx(solid.area_mm2, rel=0.03)


def test_smoothing_takes_the_steps_away():
    labels = sphere().labels(0.5)
    stepped = size(surface.of_labels(labels, passes=0))[1]
    smooth = size(surface.of_labels(labels))[1]
    truth = sphere().area_mm2
    assert stepped > 1.07 * truth
    assert abs(smooth - truth) < 0.01 * truth


def test_no_point_leaves_its_place_by_more_than_half_a_voxel():
    labels = SOLIDS[3].labels(0.8)
    apart = (
        surface.of_labels(labels, passes=100).points_mm
        - surface.of_labels(labels, passes=0).points_mm
    )
    assert np.abs(apart).max() <= 0.4 + 1e-5
    assert np.abs(apart).max() > 0.39


def test_one_label_of_several_or_all_together():
    values = np.zeros((5, 6, 12), np.uint16)
    values[1:4, 1:5, 1:5] = 3
    values[1:4, 1:5, 7:11] = 700
    labels = Labels(values, Grid.centered(values.shape, 1.0))
    left = surface.of_labels(labels, label=700)
    assert left.points_mm[:, 0].min() > 0
    both = surface.of_labels(labels)
    assert len(both.triangles) == 2 * len(left.triangles)
    with pytest.raises(InputError, match="no voxel carries label 2; labels in the map: 3, 700"):
        surface.of_labels(labels, label=2)


def test_an_empty_map_is_refused():
    labels = Labels(np.zeros((3, 3, 3), np.uint8), Grid.centered((3, 3, 3), 1.0))
    with pytest.raises(InputError, match="no voxel carries a label; labels in the map: none"):
        surface.of_labels(labels)
