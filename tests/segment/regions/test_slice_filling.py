"""Labels between drawn slices: cones and cylinders in closed form, several structures, a torso."""

import numpy as np
import pytest

import diaphane
from diaphane import segment
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.space import Grid


def labels_of(values, voxel_mm=1.0, names=None):
    values = np.asarray(values, np.uint8)
    return Labels(values, Grid.centered(values.shape, voxel_mm), names or {})


def discs(radii_mm, centers_mm, *, side=96, spacing_mm=(1.0, 0.5, 0.8)):
    """A stack of discs, one a slice; a radius of 0 is an empty slice."""
    y, x = np.ogrid[:side, : side + 5]
    values = np.zeros((len(radii_mm), side, side + 5), np.uint8)
    for part, radius, (cy, cx) in zip(values, radii_mm, centers_mm):
        part[(y * spacing_mm[1] - cy) ** 2 + (x * spacing_mm[2] - cx) ** 2 < radius**2] = 1
    return labels_of(values, spacing_mm, {1: "disc"})


def every(labels, drawn):
    kept = np.isin(np.arange(len(labels.values)), drawn)[:, None, None]
    return Labels(np.where(kept, labels.values, 0).astype(np.uint8), labels.grid, labels.names)


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def mean_dice(a, b):
    """Over the structures of `b`, each weighing as much as it has voxels."""
    structures, sizes = np.unique(b[b > 0], return_counts=True)
    return np.average([dice(a == n, b == n) for n in structures], weights=sizes)


def test_a_leaning_cone_cut_at_uneven_steps_is_whole_again():
    n, drawn = 31, [0, 4, 5, 13, 21, 30]
    shares = np.arange(n) / (n - 1)
    radii, centers = 17 - 12 * shares, np.stack([19 + 8 * shares, 32 + 6 * shares], axis=1)
    cone = discs(radii, centers)
    result = segment.interpolate_slices(every(cone, drawn))
    assert dice(result.values > 0, cone.values > 0) > 0.985
    truth_ml = np.pi * (17**2 + 17 * 5 + 5**2) / 3 * (n - 1) / 1000
    ends = np.pi * (17**2 + 5**2) / 2 / 1000  # each end slice reaches half a step beyond
    assert segment.volume(result).value == pytest.approx(truth_ml + ends, rel=0.01)
    (said,) = result.history.notices
    assert said.values == {"drawn": 6, "filled": 25}


def test_a_cylinder_is_exact_and_drawn_slices_stay():
    cylinder = discs([14.0] * 9, [(22.3, 31.7)] * 9)
    result = segment.interpolate_slices(every(cylinder, [0, 3, 8]))
    assert (result.values == cylinder.values).all()
    assert dict(result.names) == {1: "disc"}
    beyond = segment.interpolate_slices(every(cylinder, [2, 5]))
    assert [bool(part.any()) for part in beyond.values] == [False] * 2 + [True] * 4 + [False] * 3


def test_edges_move_evenly_between_slices():
    values = np.zeros((5, 3, 20), np.uint8)
    values[0, :, :4], values[4, :, :12] = 1, 1
    result = segment.interpolate_slices(labels_of(values, (2.0, 1.0, 0.3)))
    assert (result.values[:, 1] == 1).sum(axis=1).tolist() == [4, 6, 8, 10, 12]


def test_a_structure_that_ends_is_gone_half_way_and_one_not_looked_for_goes_on():
    values = np.zeros((9, 31, 31), np.uint8)
    values[[0, 4, 8], 3:8, 3:8] = 2
    values[[0, 8], 12:27, 12:27] = 1
    drawn = labels_of(values)
    ended = segment.interpolate_slices(drawn, absent="ended").values
    widths = [(part[19] == 1).sum() for part in ended]
    assert widths[4] == 0
    assert widths[0] > widths[1] > widths[2] >= widths[3] == 0
    unknown = segment.interpolate_slices(drawn, absent="unknown").values
    assert [(part[19] == 1).sum() for part in unknown] == [15, 15, 15, 15, 0, 15, 15, 15, 15]
    assert (ended[:, 5, 5] == 2).all()


def test_structures_side_by_side_leave_no_gap_and_do_not_overlap():
    values = np.zeros((7, 12, 30), np.uint8)
    values[0, :, 3:10], values[0, :, 10:25] = 1, 2
    values[6, :, 3:19], values[6, :, 19:25] = 1, 2
    result = segment.interpolate_slices(labels_of(values)).values
    assert (result[:, :, 3:25] > 0).all()
    assert not result[:, :, :3].any()
    widths = np.array([(part[6] == 1).sum() for part in result])
    assert np.abs(widths - np.linspace(7, 16, 7)).max() <= 0.5


def test_skipped_rows_and_columns_are_filled_alike():
    cone = discs(17 - np.arange(13.0), [(22, 33)] * 13)
    thin = every(cone, [0, 6, 12])
    expected = segment.interpolate_slices(thin).values
    for along, axes in (("rows", (1, 0, 2)), ("columns", (1, 2, 0))):
        spacing_mm = [thin.grid.spacing_mm[axis] for axis in axes]
        turned = labels_of(thin.values.transpose(axes), spacing_mm)
        result = segment.interpolate_slices(turned, along=along).values
        assert (result == expected.transpose(axes)).all()


def test_one_drawn_slice_is_too_few():
    values = np.zeros((4, 3, 3), np.uint8)
    values[1] = 1
    with pytest.raises(InputError, match="drawn on two slices or more, got 1"):
        segment.interpolate_slices(labels_of(values))


@pytest.mark.parametrize(("step", "at_least"), [(2, 0.95), (3, 0.93), (4, 0.915)])
def test_a_torso_drawn_on_every_nth_slice_comes_back(data, step, at_least):
    """42 structures, some only a few voxels across, slices 3 mm apart."""
    read = diaphane.read(data / "anatomy" / "totalseg" / "example_seg.nii.gz")
    truth = Labels(
        read.values[:29].astype(np.uint8),
        read.grid.__class__((29, *read.grid.shape[1:]), read.grid.affine),
    )
    drawn = [k for k in range(29) if k % step == 0]
    result = segment.interpolate_slices(every(truth, drawn)).values[: drawn[-1]]
    skipped = [k for k in range(drawn[-1]) if k % step]
    ours = mean_dice(result[skipped], truth.values[skipped])
    assert ours > at_least
    nearest = truth.values[[round(k / step) * step for k in skipped]]
    assert mean_dice(nearest, truth.values[skipped]) < ours  # a copied slice is worse
