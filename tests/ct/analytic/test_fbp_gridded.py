"""Slices through their Fourier transform, held to the direct sum and to a known body."""

import numpy as np
import pytest
from ct_truth import BODY, FLAT_PLACES, full_turn, half_turn, mean_in, parallel, scan_of

from diaphane.ct import Detector, ParallelBeam, ParallelScan, fbp, fbp_gridded
from diaphane.space import GridOptions
from diaphane.units import Quantity

BEAMS = {
    "half a turn, odd": parallel(half_turn(360), 161),
    "half a turn, even, axis beside the middle": parallel(half_turn(361), 160, center_column=74.3),
    "full turn, uneven": parallel(
        full_turn(600) + np.random.default_rng(2).uniform(-0.004, 0.004, 600), 161
    ),
    "a detector to one side": parallel(full_turn(720), 128, center_column=105.8),
}


@pytest.mark.parametrize("name", BEAMS)
def test_every_place_of_an_asymmetric_body_has_its_attenuation(name):
    image = fbp_gridded(scan_of(BODY, BEAMS[name]))
    assert image.quantity is Quantity.ATTENUATION
    for (x, y), truth in FLAT_PLACES.items():
        assert mean_in(image, x, y, 2.0) == pytest.approx(truth, abs=1.5e-4), (x, y)


@pytest.mark.parametrize("name", BEAMS)
def test_it_is_the_direct_sum_on_any_grid(name):
    scan = scan_of(BODY, BEAMS[name])
    grids = [
        None,
        GridOptions(voxel_mm=0.3, shape=(1, 90, 121), center_mm=(10.0, -8.0, 0.0)),
        GridOptions(voxel_mm=0.45, shape=(1, 100, 77), center_mm=(-4.3, 2.2, 0.0)),
    ]
    for grid in grids:
        direct, gridded = fbp(scan, grid=grid), fbp_gridded(scan, grid=grid)
        np.testing.assert_array_equal(gridded.grid.affine.matrix, direct.grid.affine.matrix)
        assert [n.code for n in gridded.history.notices] == [n.code for n in direct.history.notices]
        wrong = gridded.values - direct.values
        assert np.sqrt(np.mean(wrong**2)) < 0.002 * direct.values.max()


@pytest.mark.parametrize("shape", [(1, 121, 90), (1, 90, 121)])
def test_without_a_window_it_is_as_near_to_the_body_as_the_direct_sum(shape):
    beam = parallel(half_turn(720), 161)
    scan, voxel_mm = scan_of(BODY, beam), beam.detector.column_spacing_mm
    grid = GridOptions(voxel_mm=voxel_mm, shape=shape, center_mm=(5.3, -4.1, 0.0))
    images = [f(scan, grid=grid, window="ram-lak") for f in (fbp_gridded, fbp)]
    mean = np.zeros(shape[1:])
    for part in (-3 / 8, -1 / 8, 1 / 8, 3 / 8):
        for other in (-3 / 8, -1 / 8, 1 / 8, 3 / 8):
            y, x = np.indices(shape[1:])
            at = images[0].grid.affine(np.stack([np.zeros_like(x), y + part, x + other], -1))
            mean += sum(e.per_mm * e.contains(at[..., 0], at[..., 1]) for e in BODY) / 16
    gridded, direct = (np.sqrt(np.mean((i.values[0] - mean) ** 2)) for i in images)
    assert gridded <= direct < 0.001


def test_slices_between_rows_are_mixed_and_others_empty():
    beam = ParallelBeam(half_turn(90), Detector(4, 80, 1.0, 1.0))
    single = scan_of(BODY, parallel(half_turn(90), 80, 1.0)).values
    factors = np.array([1, 2, 4, 8], np.float32)[:, None]
    scan = ParallelScan(single * factors, beam, Quantity.LINE_INTEGRAL)
    between = GridOptions(voxel_mm=1.0, shape=(6, 80, 80), center_mm=(0, 0, 0.25))
    image, direct = fbp_gridded(scan, grid=between), fbp(scan, grid=between)
    np.testing.assert_allclose(image.values, direct.values, atol=0.01 * direct.values.max())
    assert (image.values[[0, -1]] == 0).all()
