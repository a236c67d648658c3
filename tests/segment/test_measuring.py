"""Volumes: exact counts, and intervals that hold when the surface is half a voxel off."""

import numpy as np
import pytest

from diaphane import segment
from diaphane.errors import GeometryError
from diaphane.image import Labels
from diaphane.space import Affine, Grid

STEPS = [(0, 0.3, 1.2), (0.1, 0.9, 0), (-0.7, 0, 0.1)]  # sheared, left-handed


def _ball(radius_mm, grid, center_mm):
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    inside = np.linalg.norm(points - center_mm, axis=-1) <= radius_mm
    return Labels(inside.astype(np.uint8), grid, {1: "cyst"})


@pytest.mark.parametrize("offset", [(0, 0, 0), (0.3, -0.4, 0.2), (0.5, 0.5, 0.5)])
@pytest.mark.parametrize("shape", [(40, 41, 44), (41, 40, 45)])
def test_a_ball_has_its_volume_within_a_percent(offset, shape):
    grid = Grid.centered(shape, 0.8, (5, 6, 7))
    volume = segment.volume(_ball(12, grid, np.array((5, 6, 7)) + offset))
    truth_ml = 4 / 3 * np.pi * 12**3 / 1000
    assert volume.value == pytest.approx(truth_ml, rel=0.01)
    assert volume.interval[0] < truth_ml < volume.interval[1]
    assert (volume.unit, volume.name) == ("mL", "volume of cyst")
    assert volume.history.notices == ()


@pytest.mark.parametrize("shift_mm", [-0.35, 0.35])
def test_the_interval_holds_when_the_surface_is_nearly_half_a_voxel_off(shift_mm):
    grid = Grid.centered((40, 40, 40), 0.8)
    wrong = segment.volume(_ball(12 + shift_mm, grid, np.array((0.1, 0.2, 0.3))))
    truth_ml = 4 / 3 * np.pi * 12**3 / 1000
    assert wrong.interval[0] < truth_ml < wrong.interval[1]
    # and it is not wider than needed: a whole voxel off is outside
    far = segment.volume(_ball(12 + np.sign(shift_mm) * 0.8, grid, np.array((0.1, 0.2, 0.3))))
    assert not far.interval[0] < truth_ml < far.interval[1]


def test_shear_and_handedness_are_counted():
    grid = Grid((45, 50, 60), Affine.from_columns(STEPS, (0, 0, 0)))
    volume = segment.volume(_ball(14, grid, grid.center_mm))
    assert volume.value == pytest.approx(4 / 3 * np.pi * 14**3 / 1000, rel=0.01)


def test_one_structure_or_all():
    values = np.array([[[0, 1, 1, 2, 2, 2, 0]]], np.uint8)
    labels = Labels(values, Grid.centered((1, 1, 7), 10), {1: "a", 2: "b"})
    assert segment.volume(labels).value == pytest.approx(5)
    one = segment.volume(labels, label=2)
    assert one.value == pytest.approx(3)
    assert one.name == "volume of b"
    assert one.interval == pytest.approx((3 - 0.475 * 2 / 1.5, 3 + 0.475 * 2 / 1.5))
    assert segment.volume(labels, label=9).value == 0


def test_a_structure_cut_by_the_border_is_said_to_be():
    labels = Labels(np.ones((2, 3, 4), np.uint8), Grid.centered((2, 3, 4), 1))
    volume = segment.volume(labels)
    assert volume.value == pytest.approx(0.024)
    (said,) = volume.history.notices
    assert (said.code, said.values) == ("segment.cut_by_the_border", {"faces": 2 * (12 + 8 + 6)})


def test_a_photograph_has_no_volume():
    flat = Labels(np.ones((1, 2, 2), np.uint8), Grid.of_pixels(2, 2))
    with pytest.raises(GeometryError, match=r"segment.volume needs a grid in millimeters"):
        segment.volume(flat)
