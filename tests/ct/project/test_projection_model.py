"""The projection against its model in float64; runs on whatever code path it is told."""

import os

import numpy as np
import pytest
from projection_truth import matrix_of

from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam
from diaphane.ct.project.projection import Projection
from diaphane.simd import ISA
from diaphane.space import Grid

ANGLES = np.array([0.0, 0.3, 0.75, 0.8, 1.6, 2.9, 4.1, 5.5])


def beams(n_rows, n_columns=26):
    flat = Detector(n_rows, n_columns, 1.1, 0.9, center_column=11.3)
    fan = Detector(n_rows, n_columns, 1.1, 1.4, center_column=11.3)
    bent = Detector(n_rows, n_columns, 1.6, 1.4, n_rows / 2 - 0.8, 11.3, "curved")
    cone = Detector(n_rows, n_columns, 1.6, 1.4, center_column=11.3, center_row=n_rows / 2 - 0.8)
    return {
        "parallel": ParallelBeam(ANGLES, flat),
        "fan": FanBeam(ANGLES, fan, 60, 90),
        "cone": ConeBeam(ANGLES, cone, 60, 90),
        "curved fan": FanBeam(ANGLES, bent, 60, 90),
        "curved cone": ConeBeam(ANGLES, bent, 60, 90),
    }


GRIDS = {
    "slice": Grid.centered((1, 13, 16), 1.0, (0.7, -0.4, 0.3)),
    "stack": Grid.centered((9, 13, 12), 1.1, (0.7, -0.4, 0.0)),
    "bricks": Grid.centered((5, 8, 13), (1.9, 1.3, 0.8), (0.7, -0.4, 0.5)),
    "small voxels": Grid.centered((4, 13, 16), 0.4),
    "large voxels": Grid.centered((2, 4, 5), 3.0),
}


def test_this_process_takes_the_path_it_was_told():
    assert os.environ.get("DIAPHANE_EXPECTED_ISA", ISA) in (ISA, "generic")


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("n_rows", [1, 9])
@pytest.mark.parametrize("kind", beams(1))
def test_both_directions_are_what_the_model_says(kind, n_rows, grid):
    beam, grid = beams(n_rows)[kind], GRIDS[grid]
    projection, matrix = Projection(beam, grid), matrix_of(beam, grid)
    rng = np.random.default_rng(3)
    image = rng.random(projection.domain, np.float32)
    views = rng.random(projection.range, np.float32)
    expected = np.tensordot(matrix, image.astype(np.float64), axes=3)
    assert expected.max() > 1
    np.testing.assert_allclose(projection.forward(image), expected, atol=2e-5 * expected.max())
    back = np.tensordot(views.astype(np.float64), matrix, axes=3)
    np.testing.assert_allclose(projection.adjoint(views), back, atol=2e-5 * back.max())
