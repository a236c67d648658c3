"""Chan and Vese's contour: its energy falls, its surface costs what it should, it finds bodies."""

import itertools

import numpy as np
import pytest
from skimage.segmentation import morphological_chan_vese

from diaphane import segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.segment.regions.two_phases import descend
from diaphane.space import Grid
from diaphane.units import Quantity

RADIUS_MM = 11.3


def ball_image(
    *, spacing_mm=(2.0, 1.0, 0.8), noise=0.5, shape=(17, 38, 45), center=(7.8, 19.6, 21.2)
):
    z, y, x = ((n - c) * mm for n, c, mm in zip(np.indices(shape), center, spacing_mm, strict=True))
    inside = z**2 + y**2 + x**2 < RADIUS_MM**2
    values = inside + np.random.default_rng(0).normal(0, noise, shape)
    grid = Grid.centered(shape, spacing_mm)
    return Image(values.astype(np.float32), grid, Quantity.AMPLITUDE), inside


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def test_the_energy_never_grows_and_comes_to_rest():
    image, _ = ball_image()
    rng = np.random.default_rng(1)
    for first in (image.values > image.values.mean(), rng.random(image.values.shape) < 0.5):
        for smoothness, blur in ((0.5, 1.0), (3.0, 2.5)):
            steps = descend(image.values, first, image.grid.spacing_mm, smoothness, blur)
            regions, energies = zip(*itertools.islice(steps, 100))
            assert np.diff(energies).max() <= 1e-5 * energies[0]
            assert energies[-1] < energies[0]
            assert (regions[-1] == regions[-2]).all()


def test_the_surface_of_a_ball_is_charged_with_its_area():
    image, inside = ball_image(
        noise=0.0, spacing_mm=(1.0, 0.5, 0.8), shape=(32, 60, 40), center=(15.3, 29.7, 18.9)
    )
    args = image.values, inside, image.grid.spacing_mm
    _, without = next(descend(*args, 0.0, 1.0))
    _, energy = next(descend(*args, 1.0, 1.0))
    area_mm2 = (energy - without) * image.grid.voxel_volume_mm3
    assert area_mm2 == pytest.approx(4 * np.pi * RADIUS_MM**2, rel=0.03)


def test_a_noisy_ball_is_found_through_long_voxels():
    image, inside = ball_image()
    result = segment.chan_vese(image, smoothness_mm=6.0, structure="ball")
    assert dice(result.values > 0, inside) > 0.97
    assert dict(result.names) == {1: "ball"}
    alone = segment.fixed(image, low=0.5)
    assert dice(alone.values > 0, inside) < 0.75  # what the threshold between both means gives
    truth_ml = 4 / 3 * np.pi * RADIUS_MM**3 / 1000
    assert segment.volume(result).value == pytest.approx(truth_ml, rel=0.05)


def test_a_start_is_grown_and_keeps_its_side():
    image, inside = ball_image()
    seed = np.zeros(inside.shape, np.uint8)
    seed[6:9, 17:20, 19:23] = 5
    start = Labels(seed, image.grid)
    result = segment.chan_vese(image, start, smoothness_mm=3.0)
    assert dice(result.values > 0, inside) > 0.95
    outside = Labels((seed == 0).astype(np.uint8), image.grid)
    dark = segment.chan_vese(image, outside, smoothness_mm=3.0)
    assert ((dark.values > 0) != (result.values > 0)).mean() > 0.99


def test_one_slice_agrees_with_the_morphological_contour_of_scikit_image():
    image, inside = ball_image(shape=(1, 80, 90), spacing_mm=(1.0, 0.4, 0.4), center=(0, 38.2, 47))
    ours = segment.chan_vese(image, smoothness_mm=2.0).values[0] > 0
    theirs = morphological_chan_vese(image.values[0], 60, smoothing=3) > 0
    truth = inside[0]
    assert dice(ours, truth) > 0.97
    assert dice(ours, truth) >= dice(theirs, truth) - 0.005


def test_specks_vanish_as_smoothness_grows():
    image, _ = ball_image(noise=0.0)
    tiny = image.values.copy()
    tiny[3, 4, 5] = 1
    image = Image(tiny, image.grid, image.quantity)
    assert segment.chan_vese(image, smoothness_mm=0.0).values[3, 4, 5] == 1
    assert segment.chan_vese(image, smoothness_mm=12.0).values[3, 4, 5] == 0


def test_too_few_passes_are_said():
    image, _ = ball_image()
    result = segment.chan_vese(image, smoothness_mm=2.0, passes=1)
    (said,) = result.history.notices
    assert said.code == "segment.not_at_rest"
    assert said.values["passes"] == 1


def test_what_has_no_two_regions_is_refused():
    image, inside = ball_image()
    flat = Image(np.full((3, 4, 5), 2.5, np.float32), Grid.centered((3, 4, 5), 1), image.quantity)
    with pytest.raises(InputError, match=r"needs two regions, but every value is 2.5"):
        segment.chan_vese(flat)
    empty = Labels(np.zeros(inside.shape, np.uint8), image.grid)
    with pytest.raises(InputError, match="start must cover a part of the image, got nothing"):
        segment.chan_vese(image, empty)
    with pytest.raises(GeometryError, match="start must lie on the image's grid"):
        segment.chan_vese(image, Labels(np.ones((3, 4, 5), np.uint8), flat.grid))
