"""Reconstruction from few counts: the likelihood's own answer in closed form, and its gain."""

from dataclasses import replace

import numpy as np
import pytest

from diaphane import ct, phantom
from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam, ParallelScan
from diaphane.errors import InputError
from diaphane.space import Grid, GridOptions
from diaphane.units import Quantity

WATER = 0.0206
GRID = GridOptions(voxel_mm=4.0, shape=(1, 54, 54))
HEAD = phantom.shepp_logan(half_size_mm=100.0)


def one_voxel(counts, **more):
    """A voxel of 20 mm, seen by one pixel from both sides again and again."""
    counts = np.asarray(counts, np.float32).reshape(-1, 1, 1)
    beam = ParallelBeam(np.arange(len(counts)) % 2 * np.pi, Detector(1, 1, 20.0, 20.0))
    return ParallelScan(counts, beam, Quantity.COUNTS, **more)


def test_the_most_likely_voxel_lets_through_the_mean_of_the_counts_zeros_included():
    counts = [0, 3, 1, 0, 2, 0, 1, 4, 0, 1]
    flats, darks = np.full((2, 1, 1), 20.0), np.zeros((1, 1, 1))
    scan = one_voxel(counts, flats=flats, darks=darks)
    image = ct.mltr(scan, grid={"voxel_mm": 20.0}, strength=None, subsets=1, iterations=200)
    assert image.values.item() == pytest.approx(-np.log(np.mean(counts) / 20) / 20, rel=1e-4)
    by_logarithm = ct.cgls(ct.line_integrals(scan), grid={"voxel_mm": 20.0})
    assert abs(by_logarithm.values.item() / image.values.item() - 1) > 0.05


def test_dark_level_and_noise_of_the_electronics_do_not_bias_it():
    rng = np.random.default_rng(3)
    counts = np.maximum(rng.poisson(20 * np.exp(-20 * 0.1), 4000) + rng.normal(50, 3, 4000), 0)
    darks = rng.normal(50, 3, (400, 1, 1))
    scan = one_voxel(counts, flats=np.full((1, 1, 1), 70.0), darks=darks)
    image = ct.mltr(scan, grid={"voxel_mm": 20.0}, strength=None, subsets=1, iterations=300)
    expected = -np.log((counts.mean() - darks.mean()) / (70 - darks.mean())) / 20
    assert image.values.item() == pytest.approx(expected, rel=2e-3)
    assert image.values.item() == pytest.approx(0.1, rel=0.05)


def errors(photons, strength):
    """Error and bias, in HU, of the head by likelihood, weighted squares and FBP."""
    beam = FanBeam(np.arange(120) * 2 * np.pi / 120, Detector(1, 150, 3.0, 3.0), 500, 750)
    raw = phantom.scan(HEAD, beam, photons=photons, seed=1)
    scan = ct.line_integrals(raw)
    truth = phantom.voxelize(HEAD, Grid.centered((1, 54, 54), (3.0, 4.0, 4.0)), subvoxels=4)
    images = (
        ct.mltr(raw, grid=GRID, strength=strength),
        ct.pwls(scan, raw, grid=GRID, strength=strength),
        ct.fbp(scan, grid=GRID),
    )
    off = [1000 / WATER * (image.values - truth.values) for image in images]
    return [float(np.sqrt(np.mean(o**2))) for o in off], [
        float(o[:, 20:34, 20:34].mean()) for o in off
    ]


def test_with_five_photons_a_ray_it_errs_less_than_what_takes_the_logarithm():
    (by_likelihood, by_squares, by_backprojection), bias = errors(5, 10.0)
    assert by_likelihood < 0.9 * by_squares
    assert by_likelihood < 0.1 * by_backprojection
    assert abs(bias[0]) < 0.5 * abs(bias[1])


def test_with_many_photons_it_agrees_with_weighted_squares():
    (by_likelihood, by_squares, _), _ = errors(1e5, 1.0)
    assert by_likelihood == pytest.approx(by_squares, rel=0.1)


def test_a_cone_is_explained_by_its_counts():
    ball = phantom.Body((phantom.Ellipsoid((14.0, -8.0, 5.0), (16.0, 16.0, 16.0), 0.02),))
    beam = ConeBeam(np.arange(30) * 0.21, Detector(20, 60, 4.0, 3.0, center_column=27), 300, 450)
    raw = phantom.scan(ball, beam, photons=100, seed=2)
    image = ct.mltr(raw, grid={"voxel_mm": 3.0, "shape": (14, 32, 32)})
    places = image.grid.to_mm(np.stack(np.indices(image.grid.shape), -1))
    distance = np.linalg.norm(places - (14.0, -8.0, 5.0), axis=-1)
    assert image.values[distance < 10].mean() == pytest.approx(0.02, rel=0.05)
    assert image.values.min() >= 0


def test_without_flats_it_asks_for_the_open_beam():
    scan = one_voxel([3, 4])
    with pytest.raises(InputError, match=r"ct\.mltr needs flats"):
        ct.mltr(scan)
    given = ct.mltr(scan, grid={"voxel_mm": 20.0}, open_beam_counts=20.0, subsets=1, iterations=200)
    assert given.values.item() == pytest.approx(-np.log(3.5 / 20) / 20, rel=1e-2)
    with pytest.raises(InputError, match="leave the option out"):
        ct.mltr(replace(scan, flats=np.ones((1, 1, 1))), open_beam_counts=20.0)
