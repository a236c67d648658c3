"""Ray-driven and voxel-driven projections: every beam and any pose, their law, their answers."""

import numpy as np
import pytest

from diaphane import ct, phantom
from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam, PoseBeam, Projection
from diaphane.errors import GeometryError
from diaphane.space import Affine, Grid
from diaphane.testing import assert_adjoint, assert_linear

UNEVEN = np.random.default_rng(5).uniform(0, 7, 13)
BALL = phantom.Body((phantom.Ellipsoid((6.0, -4.0, 5.0), (12.0, 9.0, 14.0), 0.02),))
KINDS = ["parallel", "fan", "cone", "curved fan", "curved cone", "pose"]


def beam_of(kind, detector):
    shape = "curved" if kind.startswith("curved") else "flat"
    rows, columns = detector.n_rows, detector.n_columns
    detector = Detector(
        rows, columns, detector.row_spacing_mm, detector.column_spacing_mm,
        center_row=rows / 2 + 0.2, center_column=columns / 2 - 3.5, shape=shape,
    )  # fmt: skip
    if kind == "parallel":
        return ParallelBeam(UNEVEN, detector)
    if kind == "pose":
        circle = ConeBeam(UNEVEN, detector, 200, 300)
        return PoseBeam.of(circle, in_plane_deg=3.0, tilt_deg=-20.0, slant_deg=9.0,
                           shift_mm=(1.0, -2.0), source_shift_mm=(4.0, 7.0, 5.0))  # fmt: skip
    return (FanBeam if "fan" in kind else ConeBeam)(UNEVEN, detector, 200, 300)


def turned(grid):
    """The same grid, turned by 0.5 rad and sheared."""
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]]
    matrix[0, 2] = 0.2
    return Grid(grid.shape, Affine(matrix @ grid.affine.matrix))


@pytest.mark.parametrize("n_rows", [1, 2, 15])
@pytest.mark.parametrize("place", ["upright", "turned", "one slice", "beside the source"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", ["ray", "voxel"])
def test_forward_and_adjoint_match_for_every_beam(model, kind, place, n_rows):
    grid = Grid.centered((1 if place == "one slice" else 5, 21, 26), (1.3, 2.0, 1.7), (3, -2, 0))
    grid = turned(grid) if place == "turned" else grid
    if place == "beside the source":
        grid = Grid.centered((5, 11, 12), (20.0, 40.0, 45.0), (3, -2, 0))
    p = Projection(beam_of(kind, Detector(n_rows, 30, 1.9, 2.1)), grid, model)
    law = (p.forward, p.adjoint, p.domain, p.range)
    assert_adjoint(*law, dtype=np.float32, tolerance=1e-6)
    assert_linear(p.forward, p.domain, dtype=np.float32, tolerance=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", ["ray", "voxel"])
@pytest.mark.parametrize("place", ["upright", "turned"])
def test_an_ellipsoid_is_seen_as_it_is(place, model, kind):
    beam = beam_of(kind, Detector(32, 44, 1.5, 1.6))
    grid = Grid.centered((44, 38, 42), 1.0, (6.0, -4.0, 4.0))
    if place == "turned":
        grid = Grid(grid.shape, turned(grid).affine)
        middle = grid.to_mm(np.array(grid.shape) / 2 - 0.5)
        matrix = grid.affine.matrix.copy()
        matrix[:3, 3] += np.array([6.0, -4.0, 4.0]) - middle
        grid = Grid(grid.shape, Affine(matrix))
    seen = Projection(beam, grid, model).forward(phantom.voxelize(BALL, grid, subvoxels=4).values)
    lines = ct.rays(beam, np.arange(beam.n_views))
    expected = BALL.line_integrals(lines.origins_mm, lines.directions)
    well_inside = expected > 0.25
    assert abs(seen - expected)[well_inside].max() < (0.015 if model == "ray" else 0.03)
    assert np.sqrt(np.mean((seen - expected) ** 2)) < 0.015 * expected.max()


def test_a_ray_along_voxels_gives_their_sum():
    beam = ParallelBeam(np.array([0.0, np.pi / 2]), Detector(1, 5, 2.0, 1.0))
    image = np.random.default_rng(1).random((1, 5, 5)).astype(np.float32)
    seen = Projection(beam, Grid.centered((1, 5, 5), (2.0, 1.0, 1.0)), "ray").forward(image)
    np.testing.assert_allclose(seen[0, 0], image[0].sum(0), rtol=1e-6)
    np.testing.assert_allclose(seen[1, 0], image[0].sum(1), rtol=1e-6)


def test_a_pose_on_the_circle_is_the_cone_itself():
    beam = beam_of("cone", Detector(15, 30, 1.9, 2.1))
    grid = Grid.centered((9, 21, 26), 1.3, (3, -2, 0))
    image = phantom.voxelize(BALL, grid).values
    for model in ("ray", "voxel"):
        cone = Projection(beam, grid, model).forward(image)
        posed = Projection(PoseBeam.of(beam), grid, model).forward(image)
        np.testing.assert_allclose(posed, cone, atol=2e-5 * cone.max())


@pytest.mark.parametrize("model", ["ray", "voxel"])
def test_a_part_of_the_poses_is_the_same_part_of_the_map(model):
    p = Projection(beam_of("pose", Detector(5, 20, 3.0, 3.0)), Grid.centered((5, 9, 9), 4.0), model)
    image = np.random.default_rng(2).random(p.domain).astype(np.float32)
    part = p.of_views(np.arange(1, 13, 5))
    np.testing.assert_array_equal(part.forward(image), p.forward(image)[1::5])


def test_many_rays_are_taken_in_parts(monkeypatch):
    from diaphane.ct.project import ray_projection

    beam, grid = beam_of("cone", Detector(5, 20, 3.0, 3.0)), Grid.centered((5, 9, 9), 4.0)
    whole = Projection(beam, grid, "ray")
    image = np.random.default_rng(2).random(whole.domain).astype(np.float32)
    expected = whole.forward(image)
    back = whole.adjoint(expected)
    monkeypatch.setattr(ray_projection, "_RAYS_KEPT", 0)
    monkeypatch.setattr(ray_projection, "_RAYS_AT_A_TIME", 333)
    parts = Projection(beam, grid, "ray")
    np.testing.assert_array_equal(parts.forward(image), expected)
    np.testing.assert_allclose(parts.adjoint(expected), back, rtol=1e-5)


def test_what_a_model_does_not_know_is_refused():
    pose = beam_of("pose", Detector(5, 20, 3.0, 3.0))
    grid = Grid.centered((5, 9, 9), 4.0)
    with pytest.raises(GeometryError, match="knows no poses: take model='ray'"):
        Projection(pose, grid)
    with pytest.raises(GeometryError, match="upright grid"):
        Projection(beam_of("cone", Detector(5, 20, 3.0, 3.0)), turned(grid))
