"""The cone-beam kernels against the same sum in float64 NumPy; runs on whatever path it is told."""

import os

import numpy as np
import pytest

from diaphane.ct import ConeBeam, ConeScan, Detector
from diaphane.ct.acquisition.cone_field import ConeField
from diaphane.ct.analytic.cone_views import CircularViews
from diaphane.ct.analytic.cone_volume import ConeVolume
from diaphane.notices import collect_notices
from diaphane.simd import ISA
from diaphane.space import Grid
from diaphane.units import Quantity


def _expected(beam: ConeBeam, field: ConeField, filtered: np.ndarray, weights: np.ndarray):
    """Return the backprojection as (z, y, x), voxel by voxel in float64."""
    x, y = field.x_mm, field.y_mm[:, None]
    z = field.z_mm[:, None, None]
    total = np.zeros((len(field.z_mm), len(field.y_mm), len(field.x_mm)))
    detector = beam.detector
    for angle, weight, view in zip(beam.angles_rad, weights, filtered.astype(np.float64)):
        depth = beam.source_to_axis_mm - (x * np.sin(angle) - y * np.cos(angle))
        magnification = beam.source_to_detector_mm / depth
        u_mm = magnification * (x * np.cos(angle) + y * np.sin(angle))
        far = depth
        if detector.shape == "curved":
            angle = np.arctan(u_mm / beam.source_to_detector_mm)
            u_mm, far = angle * beam.source_to_detector_mm, depth / np.cos(angle)
            magnification = beam.source_to_detector_mm / far
        column = u_mm / detector.column_spacing_mm + detector.center_column
        row = magnification * z / detector.row_spacing_mm + detector.center_row
        i = np.clip(column.astype(int), 0, detector.n_columns - 2)
        j = np.clip(row.astype(int), 0, detector.n_rows - 2)
        f, g = column - i, row - j
        low = (1 - f) * view[j, i] + f * view[j, i + 1]
        high = (1 - f) * view[j + 1, i] + f * view[j + 1, i + 1]
        total += weight * (beam.source_to_axis_mm / far) ** 2 * ((1 - g) * low + g * high)
    index = np.arange(len(field.z_mm))[:, None, None]
    return np.where((index >= field.first) & (index < field.stop), total, 0)


def _compare(beam: ConeBeam, grid: Grid) -> tuple[str, ...]:
    rng = np.random.default_rng(7)
    shape = (beam.n_views, beam.detector.n_rows, beam.detector.n_columns)
    filtered = rng.uniform(-1, 1, shape).astype(np.float32)
    weights = rng.uniform(0.5, 1.5, beam.n_views).astype(np.float32)
    field = ConeField.of(beam, grid)
    values = np.zeros(shape, np.float32)
    sights = CircularViews.of(ConeScan(values, beam, Quantity.LINE_INTEGRAL)).sights
    with collect_notices() as notices:
        volume = ConeVolume(sights, beam.detector, field)
    for block in volume.blocks():
        volume.add(block, filtered[block], weights[block])
    expected = _expected(beam, field, filtered, weights)
    values = volume.slices()
    assert field.share_seen > 0.2
    assert (values != 0).mean() == pytest.approx(field.share_seen, abs=1e-3)
    np.testing.assert_allclose(values, expected, atol=2e-4)
    return tuple(n.code for n in notices)


def _uneven(n_views: int) -> np.ndarray:
    jitter = np.random.default_rng(3).uniform(-0.3, 0.3, n_views)
    return (np.arange(n_views) + jitter) * 2 * np.pi / n_views


CASES = {
    "even and centered": (
        ConeBeam(_uneven(8), Detector(32, 32, 1.5, 1.5), 100, 150),
        Grid.centered((16, 20, 20), 1.0),
    ),
    "odd, off center, rows unlike columns, views not a multiple of 4": (
        ConeBeam(_uneven(11), Detector(37, 41, 1.3, 1.1, 15.2, 22.9), 120, 200),
        Grid.centered((23, 17, 21), (0.7, 0.8, 0.9), (1.5, -2.0, 0.8)),
    ),
    "a grid that reaches beyond the field of view": (
        ConeBeam(_uneven(5), Detector(19, 30, 1.0, 1.0), 60, 90),
        Grid.centered((33, 25, 27), 0.8, (3.0, 1.0, -1.0)),
    ),
    "slices much finer than rows": (
        ConeBeam(_uneven(6), Detector(20, 24, 2.0, 2.0), 100, 150),
        Grid.centered((65, 9, 8), (0.2, 1.0, 1.0)),
    ),
    "slices all above the plane of the source": (
        ConeBeam(_uneven(9), Detector(24, 24, 1.0, 1.0, -6.5, 11.5), 100, 150),
        Grid.centered((14, 10, 12), 0.9, (0.0, 0.0, 11.0)),
    ),
    "curved, wide": (
        ConeBeam(_uneven(9), Detector(37, 61, 1.3, 1.1, 15.2, 33.9, "curved"), 50, 90),
        Grid.centered((23, 17, 21), (0.7, 0.8, 0.9), (1.5, -2.0, 0.8)),
    ),
    "one slice, one view": (
        ConeBeam(np.array([0.4]), Detector(9, 20, 1.0, 1.0), 100, 150),
        Grid.centered((1, 10, 10), 0.9),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_backprojection_is_the_sum_in_float64(case: str):
    assert _compare(*CASES[case]) == ()


def test_coarse_slices_take_the_plain_kernel_and_say_so():
    beam = ConeBeam(_uneven(7), Detector(61, 24, 0.5, 1.0), 100, 150)
    assert _compare(beam, Grid.centered((9, 10, 12), (1.6, 0.9, 0.9))) == ("ct.plain_kernel",)


def test_the_path_is_the_one_asked_for():
    assert os.environ.get("DIAPHANE_EXPECTED_ISA", ISA) == ISA
