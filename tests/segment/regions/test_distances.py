"""Distances: exact by brute force, as SciPy has them, in millimeters whatever the voxels."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from diaphane import memory, segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Labels
from diaphane.segment.regions.distances import distances_within
from diaphane.space import Affine, Grid
from diaphane.testing import grids, label_maps
from diaphane.units import Quantity


@settings(max_examples=40, deadline=None)
@given(label_maps(grids(sides=(1, 7), sheared=False)))
def test_every_distance_is_the_shortest_of_all(labels):
    inside = labels.values != 0
    if inside.all() or not inside.any():
        return
    far = segment.distance(labels)
    points = labels.grid.to_mm(np.moveaxis(np.indices(inside.shape), 0, -1))
    outside = points[~inside]
    for at in np.argwhere(inside):
        shortest = np.linalg.norm(points[tuple(at)] - outside, axis=1).min()
        assert far.values[tuple(at)] == pytest.approx(shortest, rel=1e-5)
    assert (far.values[~inside] == 0).all()
    assert far.quantity is Quantity.LENGTH


@pytest.mark.parametrize("shape", [(17, 40, 33), (32, 31, 48), (1, 50, 61), (20, 1, 1)])
@pytest.mark.parametrize("spacing", [(1, 1, 1), (3, 0.7, 0.45)])
def test_distances_are_those_of_scipy(shape, spacing):
    rng = np.random.default_rng(3)
    rough = ndimage.gaussian_filter(rng.standard_normal(shape), 2)
    for share in (0.3, 0.9):
        inside = rough < np.quantile(rough, share)
        expected = ndimage.distance_transform_edt(inside, sampling=spacing)
        np.testing.assert_allclose(distances_within(inside, spacing), expected, rtol=2e-6)


def test_signed_distance_is_outside_less_inside_and_one_label_may_be_chosen():
    values = np.zeros((5, 6, 9), np.uint8)
    values[1:4, 2:5, 1:4] = 1
    values[2, 3, 6:8] = 2
    labels = Labels(values, Grid.centered(values.shape, (2, 1, 1.5)))
    signed = segment.distance(labels, label=1, side="signed").values
    out, inside = (
        ndimage.distance_transform_edt(m, sampling=(2, 1, 1.5)) for m in (values != 1, values == 1)
    )
    np.testing.assert_allclose(signed, out - inside, rtol=1e-6)
    assert (signed[values == 1] < 0).all()
    np.testing.assert_allclose(segment.distance(labels, label=1, side="outside").values, out, 1e-6)


def test_a_ball_in_a_turned_grid_is_as_deep_as_its_radius():
    steps = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0] * [[2], [0.8], [1.1]]
    grid = Grid((31, 70, 52), Affine.from_columns(steps, (3, 4, 5)))
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    away = np.linalg.norm(points - grid.to_mm((14.3, 33.2, 27.1)), axis=-1)
    ball = Labels((away < 20).astype(np.uint8), grid)
    depth = segment.distance(ball).values
    inside = away < 20
    assert np.abs(depth[inside] - (20 - away[inside])).max() < 2  # a slice is 2 mm


def test_what_cannot_be_measured_is_told_in_one_sentence(monkeypatch):
    grid = Grid.centered((2, 3, 4), 1)
    ones = np.ones(grid.shape, np.uint8)
    with pytest.raises(InputError, match="something outside the structure, got one that fills"):
        segment.distance(Labels(ones, grid))
    with pytest.raises(InputError, match="needs a structure, and no voxel is labeled"):
        segment.distance(Labels(0 * ones, grid))
    with pytest.raises(InputError, match="no voxel has label 7"):
        segment.distance(Labels(ones, grid), label=7)
    with pytest.raises(GeometryError, match="needs a grid in millimeters"):
        segment.distance(Labels(ones[:1], Grid.of_pixels(3, 4)))
    sheared = Grid((2, 3, 4), Affine.from_columns([(0, 0.5, 2), (0, 1, 0), (1, 0, 0)], (0, 0, 0)))
    with pytest.raises(GeometryError, match="axes at right angles, got a sheared grid"):
        segment.distance(Labels(ones, sheared))
    monkeypatch.setattr(memory, "free_bytes", lambda: 100)
    with pytest.raises(InputError, match=r"segment.distance needs 0.0 GiB for 2 × 3 × 4 voxels"):
        segment.distance(Labels(ones, grid))
