"""A real head from a tilted gantry with uneven steps: set upright, measured pixels unchanged."""

import numpy as np
import pytest

import diaphane
from diaphane import image as im
from diaphane.image import Slices
from diaphane.space import GridOptions


@pytest.fixture(scope="module")
def head(data):
    slices = diaphane.read(data / "ct" / "ge_head_ct")
    assert isinstance(slices, Slices)
    return slices


def test_the_head_stands_upright_and_it_is_said_what_that_cost(head):
    image = im.from_slices(head, grid=GridOptions(voxel_mm=2.0))
    said = {n.code: n.values for n in image.history.notices}
    assert said["image.tilt_corrected"] == {"tilt_deg": 18.5}
    assert said["image.uneven_slices"] == {"smallest_mm": 1.08, "largest_mm": 7.0}
    assert said["image.far_from_slices"]["far_mm"] == 2.0
    assert 20 < said["image.far_from_slices"]["percent"] < 35
    assert image.grid.letters == (("H", "F"), ("P", "A"), ("L", "R"))
    assert not image.grid.is_sheared


def test_upright_the_skull_is_as_symmetric_as_heads_are(head):
    image = im.from_slices(head, grid=GridOptions(voxel_mm=2.0))
    bone = image.values > 300
    columns = np.nonzero(bone.any(axis=(0, 1)))[0]
    left, right = bone[:, :, : columns.mean().astype(int)], bone[:, :, columns.mean().astype(int) :]
    assert left.sum() == pytest.approx(right.sum(), rel=0.2)


@pytest.mark.parametrize("section", [0, 5, 13, 14, 20, 27])
def test_a_measured_pixel_keeps_its_value_at_its_place(head, section):
    for row, column in ((256, 256), (100, 300), (401, 222)):
        place = (
            head.positions_mm[section]
            + row * head.row_steps_mm[section]
            + column * head.column_steps_mm[section]
        )
        grid = GridOptions(voxel_mm=0.1, shape=(1, 1, 1), center_mm=tuple(place))
        value = im.from_slices(head, grid=grid).values[0, 0, 0]
        assert value == pytest.approx(head.values[section, row, column], abs=0.05)
