"""A grid as a text names it: what is left out fits the data."""

import pytest

from diaphane.errors import GeometryError, OptionError
from diaphane.space import Grid, GridOptions

BOX = {"low_mm": (-10, -20, -3), "high_mm": (30, 20, 12), "voxel_mm": (3, 0.5, 0.8)}


def test_nothing_said_covers_the_box_with_the_data_s_voxels():
    grid = GridOptions().to_grid(**BOX)
    assert grid.shape == (5, 80, 50)
    assert grid.spacing_mm == pytest.approx((3, 0.5, 0.8))
    low, high = grid.box_mm
    assert low.tolist() == pytest.approx([-10, -20, -3])
    assert high.tolist() == pytest.approx([30, 20, 12])


def test_a_voxel_that_does_not_divide_the_box_covers_a_little_more():
    grid = GridOptions(voxel_mm=7).to_grid(**BOX)
    assert grid.shape == (3, 6, 6)
    assert grid.center_mm.tolist() == pytest.approx([10, 0, 4.5])


def test_a_shape_and_a_center_win_over_the_box():
    grid = GridOptions(voxel_mm=2.0, shape=(4, 5, 6), center_mm=(1, 2, 3)).to_grid(**BOX)
    assert grid.is_close(Grid.centered((4, 5, 6), 2, (1, 2, 3)))


def test_too_many_voxels_are_refused_with_the_mend():
    with pytest.raises(OptionError, match=r"takes 40000 voxels .* choose at least 0.0051 mm"):
        GridOptions(voxel_mm=0.001).to_grid(**BOX)


def test_a_box_inside_out_is_refused():
    with pytest.raises(GeometryError, match="low_mm < high_mm"):
        GridOptions().to_grid(low_mm=(0, 0, 0), high_mm=(1, 0, 1), voxel_mm=1)


def test_a_grid_larger_than_the_memory_is_refused_with_one_that_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("diaphane.space.options._memory_bytes", lambda: 16 * 10**9)
    box = {"low_mm": (-100, -100, -100), "high_mm": (100, 100, 100), "voxel_mm": 1}
    with pytest.raises(OptionError) as error:
        GridOptions(shape=(8192, 8192, 8192)).to_grid(**box)
    assert str(error.value) == (
        "grid.shape = [8192, 8192, 8192] takes 2199 GB for the voxels alone, this computer "
        "has 16 GB; [1000, 1000, 1000] or fewer voxels would fit"
    )
    assert GridOptions(shape=(1000, 1000, 1000)).to_grid(**box).shape == (1000, 1000, 1000)
    with pytest.raises(OptionError, match=r"grid.voxel_mm = 0.05 takes 256 GB .* 0.21 mm or more"):
        GridOptions(voxel_mm=0.05).to_grid(**box)
    assert GridOptions(voxel_mm=0.21).to_grid(**box).shape == (953, 953, 953)
    monkeypatch.setattr("diaphane.space.options._memory_bytes", lambda: None)
    assert GridOptions(shape=(8192, 8192, 8192)).to_grid(**box).shape == (8192, 8192, 8192)
