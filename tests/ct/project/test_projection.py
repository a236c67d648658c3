"""The forward map: its law, its answers for bodies known in closed form, its refusals."""

from pathlib import Path

import numpy as np
import pytest
from ct_truth import BODY, fan, full_turn, line_integrals, parallel

from diaphane import ct, phantom
from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam
from diaphane.ct.project.projection import Projection
from diaphane.errors import GeometryError, InputError
from diaphane.space import Affine, Grid
from diaphane.testing import assert_adjoint, assert_linear

UNEVEN = np.random.default_rng(5).uniform(0, 7, 40)


def images_of(bodies, grid, finer=8):
    """The mean attenuation of each pixel of one slice."""
    n = finer
    y, x = ((np.arange(k * n) + 0.5) / n - 0.5 for k in grid.shape[1:])
    points = grid.to_mm(np.stack(np.meshgrid([0.0], y, x, indexing="ij"), -1))[0]
    values = sum(b.per_mm * b.contains(points[..., 0], points[..., 1]) for b in bodies)
    ny, nx = grid.shape[1:]
    return values.reshape(ny, n, nx, n).mean(axis=(1, 3))[None].astype(np.float32)


@pytest.mark.parametrize("n_rows", [1, 3, 40])
@pytest.mark.parametrize("voxel_mm", [0.3, 1.0, (1.3, 1.0, 0.7), 3.0])
@pytest.mark.parametrize("kind", ["parallel", "fan", "cone"])
def test_forward_and_adjoint_match(kind, voxel_mm, n_rows):
    detector = Detector(n_rows, 90, 1.2, 1.3, center_column=38.5, center_row=n_rows / 2 + 0.2)
    beam = {
        "parallel": ParallelBeam(UNEVEN, detector),
        "fan": FanBeam(UNEVEN, detector, 150, 220),
        "cone": ConeBeam(UNEVEN, detector, 150, 220),
    }[kind]
    grid = Grid.centered((6, 61, 70), voxel_mm, (3.0, -2.0, 0.0))
    p = Projection(beam, grid)
    law = (p.forward, p.adjoint, p.domain, p.range)
    assert_adjoint(*law, dtype=np.float32, tolerance=1e-6)
    assert_linear(p.forward, p.domain, dtype=np.float32, tolerance=1e-5)


@pytest.mark.parametrize("n_rows", [1, 3, 40])
def test_forward_and_adjoint_match_where_a_slice_spans_many_rows(n_rows):
    detector = Detector(n_rows, 30, 1.2, 4.0, center_row=n_rows / 2 + 0.2)
    p = Projection(
        ConeBeam(np.array([0.4, 2.0, 5.6]), detector, 150, 220),
        Grid.centered((11, 13, 14), (3, 12, 14), (3.0, -2.0, 0.0)),
    )
    assert_adjoint(p.forward, p.adjoint, p.domain, p.range, dtype=np.float32, tolerance=1e-6)


def test_the_adjoint_holds_at_a_clinical_size():
    beam = FanBeam(full_turn(48), Detector(1, 700, 1.0, 1.1), 570, 1040)
    p = Projection(beam, Grid.centered((1, 512, 512), 0.6))
    assert_adjoint(p.forward, p.adjoint, p.domain, p.range, dtype=np.float32, tolerance=1e-6)


@pytest.mark.parametrize("beam", [parallel(full_turn(50)), fan(full_turn(50))], ids=["∥", "fan"])
def test_line_integrals_of_ellipses_come_out(beam):
    grid = Grid.centered((1, 160, 170), 0.5)
    seen = Projection(beam, grid).forward(images_of(BODY, grid))
    expected = line_integrals(BODY, beam)
    assert np.sqrt(np.mean((seen - expected) ** 2)) < 0.004 * expected.max()


def test_a_cone_sees_a_ball_as_it_is():
    body = phantom.Body((phantom.Ellipsoid((6.0, -4.0, 5.0), (12.0, 12.0, 12.0), 0.02),))
    beam = ConeBeam(full_turn(12), Detector(50, 60, 1.5, 1.4), 200, 300)
    grid = Grid.centered((44, 50, 48), 1.0, (3.0, 0.0, 4.0))
    seen = Projection(beam, grid).forward(phantom.voxelize(body, grid, subvoxels=6).values)
    lines = ct.rays(beam, np.arange(12))
    expected = body.line_integrals(lines.origins_mm, lines.directions)
    well_inside = expected > 0.3
    assert abs(seen - expected)[well_inside].max() < 0.01
    assert np.sqrt(np.mean((seen - expected) ** 2)) < 0.01 * expected.max()


@pytest.mark.parametrize("make", [parallel, fan])
def test_one_slice_and_a_stack_see_the_same(make):
    beam = make(UNEVEN)
    rows = Detector(20, beam.detector.n_columns, 0.5, beam.detector.column_spacing_mm)
    many = type(beam)(beam.angles_rad, rows, *([] if make is parallel else [200, 300]))
    image = images_of(BODY, Grid.centered((1, 150, 160), 0.5))
    one = Projection(beam, Grid.centered((1, 150, 160), 0.5))
    all_ = Projection(many, Grid.centered((20, 150, 160), 0.5))
    stack = np.repeat(image, 20, axis=0)
    np.testing.assert_allclose(all_.forward(stack)[:, 7], one.forward(image)[:, 0], atol=2e-5)
    views = np.repeat(line_integrals(BODY, beam).astype(np.float32), 20, axis=1)
    back = one.adjoint(views[:, :1])
    np.testing.assert_allclose(all_.adjoint(views)[11], back[0], atol=2e-5 * back.max())


def test_a_part_of_the_views_is_the_same_part_of_the_map():
    beam, grid = fan(UNEVEN), Grid.centered((1, 60, 60), 1.0)
    p, image = Projection(beam, grid), images_of(BODY, Grid.centered((1, 60, 60), 1.0))
    part = p.of_views(np.arange(3, 40, 7))
    np.testing.assert_array_equal(part.forward(image), p.forward(image)[3::7])


def test_what_cannot_be_projected_is_refused():
    beam = ConeBeam(np.zeros(1), Detector(4, 4, 1.0, 1.0), 50, 80)
    tilted = Grid((2, 4, 4), Affine.from_spacing((1, 1, 1)) @ _tilt())
    with pytest.raises(GeometryError, match="upright"):
        Projection(beam, tilted)
    with pytest.raises(GeometryError, match="source must pass outside"):
        Projection(beam, Grid.centered((2, 200, 200), 1.0)).forward(np.zeros((2, 200, 200)))
    with pytest.raises(InputError, match="shape"):
        Projection(beam, Grid.centered((2, 4, 4), 1.0)).forward(np.zeros((2, 4, 5)))


def _tilt():
    matrix = np.eye(4)
    matrix[0, 1] = 0.2
    return Affine(matrix)


@pytest.mark.slow
def test_every_code_path_keeps_the_model(retest):
    retest(Path(__file__).parent / "test_projection_model.py", "-k", "slice or bricks or told")
