"""The random walker: resistors in closed form, scikit-image's values, and what it is good for."""

import itertools

import numpy as np
import pytest
from skimage.segmentation import random_walker as peer

from diaphane import segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.segment.regions.merged_networks import network_of, settle
from diaphane.space import Grid
from diaphane.units import Quantity

EXACT = {"tolerance": 1e-10}


def problem(values, seeds, spacing_mm=1.0, names=None):
    grid = Grid.centered(values.shape, spacing_mm)
    image = Image(np.asarray(values, np.float32), grid, Quantity.AMPLITUDE)
    return image, Labels(np.asarray(seeds, np.uint8), grid, names or {})


@pytest.mark.parametrize("n", [7, 64, 65, 333])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_chain_of_resistors_divides_the_voltage(n, axis):
    rng = np.random.default_rng(n)
    heights, contrast = rng.uniform(0, 1, n), 0.6
    seeds = np.zeros(n, np.uint8)
    seeds[[0, -1]] = 1, 2
    shape = np.roll([n, 1, 1], axis)
    image, labels = problem(heights.reshape(shape), seeds.reshape(shape), (0.7, 2.0, 1.1))
    likely = segment.random_walker_probability(image, labels, contrast=contrast, **EXACT)
    steps = np.diff(heights.astype(np.float32)).astype(float)
    resistance = np.cumsum(1 / (np.exp(-((steps / contrast) ** 2)) + 1e-6))
    truth = 1 - np.concatenate([[0], resistance / resistance[-1]])
    np.testing.assert_allclose(likely.values.reshape(-1), truth, atol=2e-6)
    assert likely.quantity is Quantity.PROBABILITY


def test_a_box_between_two_plates_has_a_slope_in_mm():
    seeds = np.zeros((9, 14, 11), np.uint8)
    seeds[0], seeds[-1] = 1, 2
    image, labels = problem(np.zeros(seeds.shape), seeds, (3.0, 0.5, 0.8))
    likely = segment.random_walker_probability(image, labels, contrast=1.0, **EXACT).values
    slope = np.broadcast_to((1 - np.arange(9) / 8)[:, None, None], seeds.shape)
    np.testing.assert_allclose(likely, slope, atol=1e-6)


def test_long_voxels_conduct_as_the_body_does():
    """Between two needles in a uniform box, halving the slices changes nothing but rounding."""
    found = []
    for n, edge in ((24, 1.0), (12, 2.0)):
        seeds = np.zeros((n, 31, 41), np.uint8)
        seeds[:, 14:17, 9:12], seeds[:, 14:17, 30:33] = 1, 2
        image, labels = problem(np.zeros(seeds.shape), seeds, (edge, 1.0, 1.0))
        found.append(segment.random_walker_probability(image, labels, contrast=1.0, **EXACT).values)
    np.testing.assert_allclose(found[0][::2], found[1], atol=1e-6)


@pytest.mark.parametrize("shape", [(13, 18, 22), (1, 45, 52)])
def test_three_labels_are_as_likely_as_scikit_image_says(shape):
    rng = np.random.default_rng(4)
    values = rng.normal(0, 1, shape).astype(np.float32)
    seeds = np.zeros(shape, np.uint8)
    seeds.flat[rng.choice(seeds.size, 30, replace=False)] = np.repeat([1, 2, 5], 10)
    image, labels = problem(values, seeds)
    contrast = 1.5
    theirs = peer(
        values,
        np.unique(seeds, return_inverse=True)[1].reshape(shape),
        beta=10 * values.std() / contrast**2,
        mode="bf",
        return_full_prob=True,
    ).reshape(3, *shape)
    for label, truth in zip((1, 2, 5), theirs, strict=True):
        options = {"label": label, "contrast": contrast}
        ours = segment.random_walker_probability(image, labels, **options, **EXACT).values
        np.testing.assert_allclose(ours, truth, atol=2e-4)  # their least conductance is another
        rough = segment.random_walker_probability(image, labels, **options).values
        np.testing.assert_allclose(rough, ours, atol=1e-3)
    ours = segment.random_walker(image, labels, contrast=contrast).values
    order = np.sort(theirs, axis=0)
    is_clear = order[-1] - order[-2] > 1e-3
    expected = np.array([1, 2, 5])[np.argmax(theirs, axis=0)]
    assert (ours[is_clear] == expected[is_clear]).all()


def test_merged_networks_keep_the_steps_few_whatever_the_size():
    counts = []
    for n in (16, 32, 64):
        network = np.zeros((4, n + 2, n + 2, n + 2), np.float32)
        for axis in range(3):
            place = [axis, *[slice(1, -1)] * 3]
            place[1 + axis] = slice(2, -1)
            network[tuple(place)] = 1
        network[3, 1, 1, 1] = 1
        source = np.zeros((n + 2,) * 3)
        source[1:-1, 1:-1, 1:-1] = np.random.default_rng(n).normal(size=(n,) * 3)
        whole = network_of(network, (1.0, 1.0, 1.0))
        tried = list(itertools.takewhile(lambda step: step[1] > 1e-6, settle(whole, source)))
        left = source - whole.drain(tried[-1][0])
        assert np.linalg.norm(left) < 1e-4 * np.linalg.norm(source)
        counts.append(len(tried))
    assert max(counts) <= 30


def test_a_weak_edge_with_a_gap_holds():
    """Grady's figure 2: two halves, a thin dark wall with a gap in it, one seed on each side."""
    values = np.ones((1, 40, 61), np.float32)
    values[0, :, 27] = 0
    values[0, 17:21, 27] = 1
    seeds = np.zeros(values.shape, np.uint8)
    seeds[0, 8, 5], seeds[0, 30, 48] = 1, 2
    image, labels = problem(values, seeds, names={1: "left", 2: "right"})
    found = segment.random_walker(image, labels, contrast=0.25)
    columns = np.arange(61)
    is_left = np.broadcast_to(columns < 27, values.shape)
    counted = np.broadcast_to(np.abs(columns - 27) > 3, values.shape)
    assert ((found.values == 1) == is_left)[counted].mean() > 0.995
    assert dict(found.names) == {1: "left", 2: "right"}
    assert found.values.dtype == np.uint8


def test_a_mask_is_a_wall_and_what_no_seed_reaches_is_said():
    values = np.zeros((3, 5, 9), np.float32)
    seeds = np.zeros(values.shape, np.uint8)
    seeds[1, 2, 0], seeds[1, 2, 3], seeds[0, 0, 4] = 4, 2, 1
    mask = np.ones(values.shape, np.uint8)
    mask[:, :, 4] = 0
    image, labels = problem(values, seeds)
    found = segment.random_walker(image, labels, Labels(mask, image.grid), contrast=1.0)
    assert not found.values[:, :, 4:].any()
    assert set(np.unique(found.values[:, :, :4])) == {2, 4}
    said = {notice.code: notice.values for notice in found.history.notices}
    assert said["segment.not_reached"] == {"voxels": 60}
    assert said["segment.seeds_outside"] == {"voxels": 1}


def test_the_contrast_is_that_of_the_image_unless_named():
    rng = np.random.default_rng(2)
    values = rng.integers(0, 1000, (4, 9, 10)).astype(np.int16)
    seeds = np.zeros(values.shape, np.uint8)
    seeds[0, 0, 0], seeds[-1, -1, -1] = 1, 2
    grid = Grid.centered(values.shape, 1)
    labels = Labels(seeds, grid)
    found = segment.random_walker(Image(values, grid, Quantity.HOUNSFIELD), labels)
    (said,) = found.history.notices
    assert said.values["value"] == pytest.approx(98, abs=2)
    assert said.values["unit"] == "HU"
    assert (found.values > 0).all()


def test_what_cannot_be_walked_is_told_in_one_sentence():
    seeds = np.zeros((2, 3, 4), np.uint8)
    seeds[0, 0, 0] = 3
    image, labels = problem(np.zeros(seeds.shape), seeds)
    with pytest.raises(InputError, match="seeds of at least two labels, got 1"):
        segment.random_walker(image, labels)
    seeds[1, 2, 3] = 7
    image, labels = problem(np.zeros(seeds.shape), seeds)
    with pytest.raises(InputError, match="no seed has label 1: take one of 3, 7"):
        segment.random_walker_probability(image, labels)
    mask = Labels((seeds == 7).astype(np.uint8), image.grid)
    with pytest.raises(InputError, match="at least two labels within the mask, got 1"):
        segment.random_walker(image, labels, mask)
    moved = Labels(seeds, Grid.centered(seeds.shape, 1, (9, 0, 0)))
    with pytest.raises(GeometryError, match="got one of the same size elsewhere"):
        segment.random_walker(image, moved)
