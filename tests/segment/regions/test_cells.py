"""Superpixels: even where nothing is, along edges where something is, and of one piece."""

import numpy as np
import pytest
from scipy import ndimage
from skimage.segmentation import slic

from diaphane import segment
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.space import Grid
from diaphane.units import Quantity


def image_of(values, voxel_mm=1.0, channels=()):
    values = np.asarray(values, np.float32)
    shape = values.shape[:3]
    return Image(values, Grid.centered(shape, voxel_mm), Quantity.AMPLITUDE, channels)


def sizes_of(labels):
    return np.bincount(labels.values.reshape(-1))[1:]


def is_of_one_piece_each(labels):
    return all(
        ndimage.label(labels.values[box] == n)[1] == 1
        for n, box in enumerate(ndimage.find_objects(labels.values), 1)
    )


def test_where_nothing_is_cells_are_even_and_equally_long_in_mm():
    image = image_of(np.full((6, 36, 60), 7.0), voxel_mm=(3.0, 1.0, 0.5))
    result = segment.superpixels(image, cell_mm=6.0, contrast=1.0)
    assert result.values.max() == 3 * 6 * 5
    assert (sizes_of(result) == 2 * 6 * 12).all()
    for box in ndimage.find_objects(result.values):
        lengths = [(part.stop - part.start) * mm for part, mm in zip(box, image.grid.spacing_mm)]
        assert lengths == [6.0, 6.0, 6.0]


def test_an_odd_picture_has_cells_of_nearly_one_size():
    result = segment.superpixels(image_of(np.zeros((1, 47, 61))), cell_mm=7.0)
    sizes = sizes_of(result)
    assert len(sizes) == 7 * 9
    assert 0.7 * 49 < sizes.min() <= sizes.max() < 1.3 * 49
    assert is_of_one_piece_each(result)


def test_no_cell_crosses_a_step():
    z, y, x = np.indices((9, 33, 40))
    inside = (z - 4.2) ** 2 * 4 + (y - 15.1) ** 2 + (x - 21.7) ** 2 < 11.3**2
    noise = np.random.default_rng(2).normal(0, 4, inside.shape)
    image = image_of(inside * 100 + noise, voxel_mm=(2.0, 1.0, 1.0))
    result = segment.superpixels(image, cell_mm=6.0, contrast=20.0)
    inner = np.bincount(result.values.reshape(-1), inside.reshape(-1))[1:]
    share = inner / sizes_of(result)
    assert np.minimum(share, 1 - share).max() == 0
    assert is_of_one_piece_each(result)
    rounder = segment.superpixels(image, cell_mm=6.0, contrast=2000.0)
    share = np.bincount(rounder.values.reshape(-1), inside.reshape(-1))[1:] / sizes_of(rounder)
    assert np.minimum(share, 1 - share).max() > 0.2


def test_noise_leaves_no_crumbs():
    noise = np.random.default_rng(1).normal(0, 1, (5, 30, 30))
    result = segment.superpixels(image_of(noise), cell_mm=5.0, contrast=0.3)
    assert is_of_one_piece_each(result)
    assert sizes_of(result).min() >= 5**3 / 4


def test_channels_all_count():
    values = np.zeros((1, 20, 24, 3), np.float32)
    values[:, :9, :, 0], values[:, 9:, :, 2] = 50, 50
    image = image_of(values, channels=("red", "green", "blue"))
    result = segment.superpixels(image, cell_mm=6.0, contrast=5.0).values[0]
    assert not set(np.unique(result[:9])) & set(np.unique(result[9:]))


def test_edges_are_met_as_well_as_by_scikit_image():
    """Share of a noisy disc's rim on which a border between cells lies, at most a pixel away."""
    y, x = np.ogrid[:90, :101]
    disc = (y - 40.3) ** 2 + (x - 52.6) ** 2 < 27.2**2
    noisy = disc * 1.0 + np.random.default_rng(4).normal(0, 0.15, disc.shape)
    ours = segment.superpixels(image_of(noisy[None]), cell_mm=9.0, contrast=0.3).values[0]
    theirs = slic(noisy, n_segments=ours.max(), compactness=0.3, channel_axis=None)

    def met(cells):
        def rim(regions):
            borders = np.zeros(regions.shape, bool)
            borders[:-1] |= regions[:-1] != regions[1:]
            borders[:, :-1] |= regions[:, :-1] != regions[:, 1:]
            return borders

        return ndimage.binary_dilation(rim(cells))[rim(disc)].mean()

    assert met(ours) > 0.97
    assert met(ours) >= met(theirs) - 0.01


def test_the_contrast_taken_is_said():
    ramp = np.linspace(0, 1000, 20 * 30).reshape(1, 20, 30)
    result = segment.superpixels(image_of(ramp), cell_mm=5.0)
    (said,) = result.history.notices
    assert said.code == "segment.contrast_chosen"
    assert said.values["value"] == pytest.approx(98, abs=1)


def test_what_cannot_be_cut_is_refused():
    image = image_of(np.zeros((2, 8, 9)), voxel_mm=2.0)
    with pytest.raises(InputError, match="cell_mm must be at least a voxel's shortest edge, 2"):
        segment.superpixels(image, cell_mm=1.0)
    broken = np.zeros((2, 8, 9), np.float32)
    broken[1, 2, 3] = np.nan
    with pytest.raises(InputError, match=r"finite values, got nan at \(1, 2, 3\)"):
        segment.superpixels(image_of(broken), cell_mm=4.0)
    assert isinstance(segment.superpixels(image, cell_mm=500.0), Labels)
