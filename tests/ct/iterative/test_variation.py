"""Total variation by two methods, at rest, from any pose, and of a single material."""

import numpy as np
import pytest

from diaphane import ct, phantom
from diaphane.ct import ConeBeam, Detector, FanBeam, FanScan, PoseBeam, PoseScan, Projection
from diaphane.errors import InputError
from diaphane.operators import Gradient
from diaphane.space import GridOptions
from diaphane.units import Quantity

GRID = GridOptions(voxel_mm=5.0, shape=(1, 44, 44))
HEAD = phantom.shepp_logan(half_size_mm=100.0)


def few_views(photons=2000.0):
    beam = FanBeam(np.arange(30) * 2 * np.pi / 30, Detector(1, 150, 3.0, 3.0), 500, 750)
    raw = phantom.scan(HEAD, beam, photons=photons, seed=1)
    return raw, ct.line_integrals(raw)


def said(value, code):
    return next((n.values for n in value.history.notices if n.code == f"ct.{code}"), None)


def cost(scan, image, strength_per_mm):
    """The cost that both methods lower, up to its unit."""
    p = Projection(scan.beam, image.grid)
    squares = ((p.forward(image.values) - scan.values).astype(np.float64) ** 2).sum() / 2
    seen = p.adjoint(np.ones(p.range, np.float32))
    per_voxel = 5.0 * np.median(seen[seen > 0])
    components = Gradient(p.domain).forward(image.values.astype(np.float64))
    return squares + strength_per_mm * per_voxel * np.sqrt((components**2).sum(0)).sum()


def test_primal_dual_and_fista_reach_the_same_picture():
    _, scan = few_views()
    first = ct.tv(scan, grid=GRID, iterations=1000, strength_per_mm=0.001)
    second = ct.tv_fista(scan, grid=GRID, iterations=250, strength_per_mm=0.001)
    lowest = cost(scan, first, 0.001)
    assert cost(scan, second, 0.001) == pytest.approx(lowest, rel=1e-3)
    assert np.abs(first.values - second.values).max() < 0.03 * first.values.max()
    early = ct.tv_fista(scan, grid=GRID, iterations=5, strength_per_mm=0.001)
    assert cost(scan, early, 0.001) > 1.05 * lowest


METHODS = {
    "sirt": ct.sirt,
    "os_sart": ct.os_sart,
    "cgls": ct.cgls,
    "pwls": ct.pwls,
    "tv": ct.tv,
    "tv_fista": ct.tv_fista,
    "mltr": ct.mltr,
}


def taken(name):
    raw, scan = few_views()
    return raw if name == "mltr" else scan


@pytest.mark.parametrize("name", METHODS)
def test_every_method_rests_when_a_step_hardly_changes_the_picture(name):
    step, scan = METHODS[name], taken(name)

    def after(n):
        return step(scan, grid=GRID, iterations=n).values

    def change(n):
        return np.linalg.norm(after(n) - after(n - 1)) / np.linalg.norm(after(n))

    image = step(scan, grid=GRID, iterations=400, rest=0.05)
    stopped = said(image, "stopped_at_rest")["steps"]
    assert 1 < stopped < 400
    assert change(stopped) <= 0.05 < change(stopped - 1)
    np.testing.assert_array_equal(image.values, after(stopped))
    assert said(step(scan, grid=GRID, iterations=2, rest=1e-8), "stopped_at_rest") is None


@pytest.mark.parametrize("name", METHODS)
def test_every_method_goes_on_from_a_warm_start(name):
    step, scan = METHODS[name], taken(name)
    good = step(scan, grid=GRID, iterations=25)
    cold = step(scan, grid=GRID, iterations=1)
    warm = step(scan, start=good, iterations=1)
    off = [np.linalg.norm(image.values - good.values) for image in (cold, warm)]
    assert off[1] < 0.5 * off[0]


def any_pose():
    ball = phantom.Body((phantom.Ellipsoid((14.0, -8.0, 5.0), (16.0, 16.0, 16.0), 0.02),))
    circle = ConeBeam(np.arange(24) * 0.26, Detector(24, 60, 4.0, 3.0), 300, 450)
    tilts = 8 * np.sin(np.arange(24))
    beam = PoseBeam.of(circle, tilt_deg=tilts, in_plane_deg=3.0, source_shift_mm=(5.0, 3.0, 6.0))
    lines = ct.rays(beam, np.arange(24))
    integrals = ball.line_integrals(lines.origins_mm, lines.directions)
    scan = PoseScan(integrals.astype(np.float32), beam, Quantity.LINE_INTEGRAL)
    flats = np.full((1, 24, 60), 1e5)
    counts = PoseScan(1e5 * np.exp(-integrals), beam, Quantity.COUNTS, flats=flats)
    return scan, counts


@pytest.mark.parametrize("name", METHODS)
def test_views_from_any_pose_are_reconstructed_in_their_place(name):
    scan, counts = any_pose()
    grid = GridOptions(voxel_mm=3.0, shape=(14, 32, 32))
    image = METHODS[name](counts if name == "mltr" else scan, grid=grid)
    places = image.grid.to_mm(np.stack(np.indices(image.grid.shape), -1))
    distance = np.linalg.norm(places - (14.0, -8.0, 5.0), axis=-1)
    assert image.values[distance < 10].mean() == pytest.approx(0.02, rel=0.05)
    assert abs(image.values[(distance > 22) & (distance < 30)].mean()) < 0.001


def test_the_grid_of_poses_fits_what_they_see():
    scan, _ = any_pose()
    image = ct.cgls(scan, iterations=1)
    low, high = image.grid.box_mm
    assert image.grid.shape == (24, 60, 60)
    assert (np.abs((low + high) / 2) < 12).all()


def one_material(n_views=30):
    """A plate with two holes, seen over 40°, and its closed-form line integrals."""
    holes = ((3.0, -2.0, 30.0, 0.04), (12.0, 6.0, 7.0, -0.04), (-8.0, -10.0, 9.0, -0.04))
    beam = FanBeam(0.5 + np.arange(n_views) * np.deg2rad(40) / n_views,
                   Detector(1, 130, 1.0, 1.0), 300, 450)  # fmt: skip
    lines = ct.rays(beam, np.arange(n_views))
    o, d = lines.origins_mm, lines.directions
    total = np.zeros(o.shape[:-1])
    for x, y, radius, per_mm in holes:
        aside = (x - o[..., 0]) * d[..., 1] - (y - o[..., 1]) * d[..., 0]
        total += per_mm * 2 * np.sqrt(np.maximum(radius**2 - aside**2, 0))
    scan = FanScan(total.astype(np.float32), beam, Quantity.LINE_INTEGRAL)
    y, x = np.meshgrid(np.arange(72) - 35.5, np.arange(72) - 35.5, indexing="ij")
    truth = sum(v * (np.hypot(x - a, y - b) < r) for a, b, r, v in holes)
    return scan, {"voxel_mm": 1.0, "shape": (1, 72, 72)}, truth


def test_a_round_body_is_found_from_a_few_views():
    scan, grid, truth = one_material()
    found = ct.disc(scan, material_per_mm=0.04, grid=grid, rim_mm=4.0)
    values = said(found, "disc_found")
    assert values["x_mm"] == pytest.approx(3.0, abs=0.1)
    assert values["y_mm"] == pytest.approx(-2.0, abs=0.1)
    assert values["radius_mm"] == pytest.approx(30.0, abs=0.1)
    assert (truth[found.values[0] == 0] < 0.01).mean() > 0.98
    assert (truth[found.values[0] == 2] > 0.03).all()
    with pytest.raises(InputError, match="both edges"):
        ct.disc(scan, material_per_mm=10.0, grid=grid, chord_mm=100.0)


def test_a_single_material_shows_its_holes_from_forty_degrees():
    scan, grid, truth = one_material()
    where = ct.disc(scan, material_per_mm=0.04, grid=grid, rim_mm=4.0)
    image = ct.binary_tv(scan, where, material_per_mm=0.04)
    varied = ct.tv(scan, where=where, most_per_mm=0.04, iterations=300)
    wrong = [np.mean((i.values[0] > 0.02) != (truth > 0.02)) for i in (image, varied)]
    assert wrong[0] < 0.02
    assert wrong[0] < 0.6 * wrong[1]
    between = (image.values > 0.004) & (image.values < 0.036)
    assert between.mean() < 0.06
    assert (image.values[where.values == 2] == np.float32(0.04)).all()
    assert not image.values[where.values == 0].any()
