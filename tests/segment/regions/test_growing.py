"""Regions grown from points: what ITK finds, seeds in millimeters, and seeds that cannot be."""

import numpy as np
import pytest
import SimpleITK
from scipy import ndimage

from diaphane import segment
from diaphane.errors import InputError
from diaphane.image import Image
from diaphane.space import Affine, Grid
from diaphane.units import Quantity


@pytest.fixture(scope="module")
def blobs():
    grid = Grid((14, 30, 27), Affine.from_columns([(0, 0, 2), (0, 0.8, 0), (-1, 0, 0)], (5, 6, 7)))
    rough = ndimage.gaussian_filter(np.random.default_rng(4).standard_normal(grid.shape), 1.5)
    return Image((rough * 1000).astype(np.float32), grid, Quantity.HOUNSFIELD)


def _seeds(image, n):
    """The n brightest voxels of three planes, as indices."""
    flat = [np.argmax(plane) for plane in image.values[3 : 3 + 4 * n : 4]]
    return [(3 + 4 * k, *np.unravel_index(f, image.values.shape[1:])) for k, f in enumerate(flat)]


def _mm(image, seeds):
    return [tuple(image.grid.to_mm(s).tolist()) for s in seeds]


@pytest.mark.parametrize("n", [1, 2])
def test_growth_between_bounds_is_that_of_itk(blobs, n):
    seeds = _seeds(blobs, n)
    ours = segment.grow(blobs, seeds_mm=_mm(blobs, seeds), low=30, high=5000)
    itk = SimpleITK.GetImageFromArray(blobs.values)
    lists = [[int(i) for i in s[::-1]] for s in seeds]
    theirs = SimpleITK.ConnectedThreshold(itk, seedList=lists, lower=30, upper=5000)
    np.testing.assert_array_equal(ours.values, SimpleITK.GetArrayFromImage(theirs))
    assert 0 < ours.values.sum() < ours.values.size


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize(("deviations", "rounds", "reach"), [(2.5, 4, 1), (1.2, 0, 2), (1.5, 9, 1)])
def test_confident_growth_is_that_of_itk(blobs, n, deviations, rounds, reach):
    seeds = _seeds(blobs, n)
    seeds = [tuple(int(np.clip(i, 2, m - 3)) for i, m in zip(s, blobs.values.shape)) for s in seeds]
    ours = segment.grow_confident(
        blobs,
        seeds_mm=_mm(blobs, seeds),
        deviations=deviations,
        rounds=rounds,
        first_voxels=reach,
    )
    theirs = SimpleITK.ConfidenceConnected(
        SimpleITK.GetImageFromArray(blobs.values),
        seedList=[[int(i) for i in s[::-1]] for s in seeds],
        numberOfIterations=rounds,
        multiplier=deviations,
        initialNeighborhoodRadius=reach,
        replaceValue=1,
    )
    np.testing.assert_array_equal(ours.values, SimpleITK.GetArrayFromImage(theirs))


def test_a_bright_ball_is_found_whole_from_one_point():
    grid = Grid.centered((20, 41, 36), (2, 0.8, 1), (10, -20, 30))
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    inside = np.linalg.norm(points - (12, -19, 28), axis=-1) < 9
    noise = np.random.default_rng(2).normal(0, 10, grid.shape)
    image = Image((np.where(inside, 100, -100) + noise).astype(np.float32), grid, Quantity.UNKNOWN)
    grown = segment.grow_confident(image, seeds_mm=[(14, -16, 30)], deviations=5, structure="ball")
    np.testing.assert_array_equal(grown.values != 0, inside)
    assert grown.names[1] == "ball"
    assert [n.code for n in grown.history.notices] == ["segment.grown_between"]


def test_seeds_that_cannot_be_are_told_in_one_sentence(blobs):
    (seed,) = _mm(blobs, _seeds(blobs, 1))
    with pytest.raises(InputError, match=r"the seed \(5, 6, 700\) lies outside the image, which"):
        segment.grow(blobs, seeds_mm=[(5, 6, 700)], low=0, high=1)
    with pytest.raises(InputError, match=r"lies on .*, not between low = -9 and high = -8: move"):
        segment.grow(blobs, seeds_mm=[seed], low=-9, high=-8)
    with pytest.raises(InputError, match="needs at least one seed in seeds_mm, got none"):
        segment.grow_confident(blobs, seeds_mm=[])
    with pytest.raises(InputError, match="low must be <= high, got 2"):
        segment.grow(blobs, seeds_mm=[seed], low=2, high=1)
