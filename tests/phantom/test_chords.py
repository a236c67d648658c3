"""Line integrals: closed forms, a slow and readable twin, and laws."""

import numpy as np
import pytest
from beartype.roar import BeartypeCallHintViolation

from diaphane.errors import InputError
from diaphane.phantom import Body, Box, Cut, Cylinder, Ellipsoid, mirrored
from diaphane.phantom.chords import BLOCK
from diaphane.phantom.shapes import frame_deg


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def crowd(n, seed, *, cut=True):
    """Return parts of all kinds in disorder, half of them cut."""
    rng = np.random.default_rng(seed)
    parts = []
    for i in range(n):
        center, turn = tuple(rng.uniform(-80, 80, 3)), tuple(rng.uniform(-180, 180, 3))
        a, b, c = (float(x) for x in rng.uniform(3, 45, 3))
        value = float(rng.uniform(0.001, 0.05))
        cuts = (Cut(center, tuple(rng.normal(size=3))),) if cut and i % 2 else ()
        parts.append(
            (
                Ellipsoid(center, (a, b, c), value, turn, cuts),
                Box(center, (a, b, c), value, turn, cuts),
                Cylinder(center, (a, b), c, value, turn, cuts),
            )[i % 3]
        )
    return tuple(parts)


def random_lines(n, seed):
    rng = np.random.default_rng(seed)
    directions = unit(rng.normal(size=(n, 3)))
    return rng.uniform(-90, 90, (n, 3)) - 600 * directions, directions


def ends_in(part, origin, direction):
    """Return where a line enters and leaves a part, one plain formula after the other."""
    p, q = part.matrix @ (origin - np.asarray(part.center_mm)), part.matrix @ direction
    low, high = -1e9, 1e9
    if q @ q > 0:
        roots = np.roots([q @ q, 2 * p @ q, p @ p - 1])
        if np.iscomplexobj(roots):
            return None
        low, high = sorted(roots)
    for *normal, offset in part.planes:
        t = (offset - np.dot(normal, origin)) / np.dot(normal, direction)
        low, high = (low, min(high, t)) if np.dot(normal, direction) > 0 else (max(low, t), high)
    return (low, high) if low < high else None


def slow_integral(body, origin, direction):
    """Return the integral by looking at the middle of each piece between two borders."""
    ends = [ends_in(part, origin, direction) for part in body.parts]
    borders = np.unique([t for pair in ends if pair for t in pair])
    if not len(borders):
        return 0.0
    middles = (borders[1:] + borders[:-1]) / 2
    points = origin + middles[:, None] * direction
    return float(np.diff(borders) @ body.attenuation_at(points))


@pytest.mark.parametrize("combine", ["replace", "add"])
@pytest.mark.parametrize("n_parts", [1, 7, 60])
def test_the_kernel_agrees_with_its_slow_twin(combine, n_parts):
    body = Body(crowd(n_parts, n_parts), combine=combine)
    origins, directions = random_lines(2 * BLOCK + 3, 5)
    fast = body.line_integrals(origins, directions)
    slow = [slow_integral(body, o, d) for o, d in zip(origins, directions)]
    assert max(slow) > 0.05
    np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-9)


def test_neighboring_rays_of_a_source_agree_with_the_slow_twin():
    # Neighbors share a list of parts that they may meet: none may be missing from it.
    body = Body(crowd(60, 8))
    origin = np.array([300.0, -400.0, 50.0])
    aims = np.stack(np.meshgrid(np.linspace(-90, 90, 16), np.linspace(-90, 90, 16)), -1)
    aims = np.concatenate([aims, np.zeros((16, 16, 1))], -1)
    directions = unit(aims - origin)
    fast = body.line_integrals(origin, directions)
    slow = [slow_integral(body, origin, d) for d in directions.reshape(-1, 3)]
    np.testing.assert_allclose(fast.ravel(), slow, rtol=1e-9, atol=1e-9)


def test_a_chord_of_a_ball_is_twice_the_root_of_r2_minus_h2():
    ball = Body((Ellipsoid((5.0, -7.0, 11.0), (20.0, 20.0, 20.0), 0.02),))
    heights = np.linspace(-25, 25, 101)
    origins = np.stack([5 + heights, np.full(101, -500.0), np.full(101, 11.0)], -1)
    expected = 0.04 * np.sqrt(np.maximum(400 - heights**2, 0))
    integrals = ball.line_integrals(origins, (0, 1, 0))
    np.testing.assert_allclose(integrals, expected, rtol=1e-12, atol=1e-15)


def test_a_tangent_has_no_length_and_a_hair_inside_has():
    ball = Body((Ellipsoid((0.0, 0.0, 0.0), (20.0, 20.0, 20.0), 1.0),))
    assert ball.line_integrals((20.0, -1000.0, 0.0), (0, 1, 0)) < 1e-5
    assert ball.line_integrals((20.0 + 1e-9, -1000.0, 0.0), (0, 1, 0)) == 0
    inside = ball.line_integrals((20 - 1e-6, -1000.0, 0.0), (0, 1, 0))
    assert inside == pytest.approx(2 * np.sqrt(2 * 20 * 1e-6), rel=1e-4)


def test_an_ellipsoid_is_a_ball_in_other_units():
    part = Ellipsoid((1.0, 2.0, 3.0), (10.0, 20.0, 30.0), 1.0, (20.0, -40.0, 70.0))
    own = np.linalg.inv(part.matrix)  # columns: its semi-axes
    for axis, length in zip(own.T, (20, 40, 60)):
        along = unit(axis)
        through = Body((part,)).line_integrals(np.array([1.0, 2, 3]) - 500 * along, along)
        assert through == pytest.approx(length, rel=1e-12)


def test_a_cylinder_is_crossed_along_its_axis_and_across():
    start, end = np.array([10.0, -20.0, 5.0]), np.array([40.0, 20.0, 5.0])
    body = Body((Cylinder.between(tuple(start), tuple(end), 6.0, 0.5),))
    axis, across = unit(end - start), np.array([0.0, 0, 1])
    middle = (start + end) / 2
    assert body.line_integrals(middle - 300 * axis, axis) == pytest.approx(25, rel=1e-12)
    assert body.line_integrals(middle - 300 * across, across) == pytest.approx(6, rel=1e-12)
    outside = middle - 300 * axis + 6.001 * across
    assert body.line_integrals(outside, axis) == 0
    slanted = unit(np.cross(axis, across) + axis)  # at 45 degrees to the axis
    expected = 0.5 * 12 * np.sqrt(2)
    assert body.line_integrals(middle - 300 * slanted, slanted) == pytest.approx(expected)


def test_a_box_is_crossed_by_its_sides_and_its_diagonal():
    box = Body((Box((1.0, 2.0, 3.0), (10.0, 20.0, 40.0), 0.1),))
    for axis, length in zip(np.eye(3), (10, 20, 40)):
        assert box.line_integrals((1, 2, 3) - 200 * axis, axis) == pytest.approx(0.1 * length)
    diagonal = unit(np.array([10.0, 20.0, 40.0]))
    expected = 0.1 * np.linalg.norm([10, 20, 40])
    assert box.line_integrals((1, 2, 3) - 200 * diagonal, diagonal) == pytest.approx(expected)
    assert box.line_integrals((6.01, -200.0, 3.0), (0, 1, 0)) == 0


def test_a_cut_takes_away_the_side_its_normal_points_to():
    half = Ellipsoid((0.0, 0.0, 0.0), (10.0,) * 3, 1.0, cuts=(Cut((0.0, 0.0, 2.0), (0, 0, 5.0)),))
    body = Body((half,))
    assert body.line_integrals((0.0, 0.0, -99.0), (0, 0, 1)) == pytest.approx(12)
    assert body.line_integrals((0.0, -99.0, 3.0), (0, 1, 0)) == 0
    assert body.line_integrals((0.0, -99.0, 1.0), (0, 1, 0)) == pytest.approx(2 * np.sqrt(99))


@pytest.mark.parametrize(
    ("part", "volume"),
    [
        (
            Ellipsoid((3.0, -2.0, 5.0), (9.0, 14.0, 21.0), 0.03, (10.0, 20, 30)),
            4 / 3 * np.pi * 2646,
        ),
        (Cylinder((3.0, -2.0, 5.0), (9.0, 14.0), 21.0, 0.03, (40.0, 5, 7)), np.pi * 126 * 21),
        (Box((3.0, -2.0, 5.0), (9.0, 14.0, 21.0), 0.03, (40.0, 5, 7)), 9 * 14 * 21),
    ],
)
@pytest.mark.parametrize("angle", [0.2, 1.9])
def test_all_parallel_rays_together_weigh_the_body(part, volume, angle):
    t, z = np.meshgrid(np.arange(-30, 30, 0.1), np.arange(-30, 30, 0.1))
    u, d = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0])
    origins = t[..., None] * u + z[..., None] * np.array([0, 0, 1]) - 100 * d
    integrals = Body((part,)).line_integrals(origins, d)
    assert integrals.sum() * 0.1**2 == pytest.approx(0.03 * volume, rel=2e-4)


def test_a_later_part_takes_the_place_of_an_earlier_one():
    shell = Ellipsoid((0.0, 0.0, 0.0), (10.0,) * 3, 3.0)
    core = Ellipsoid((0.0, 0.0, 0.0), (8.0,) * 3, 1.0)
    line = (0.0, -99.0, 0.0), (0, 1, 0)
    assert Body((shell, core)).line_integrals(*line) == pytest.approx(4 * 3 + 16 * 1)
    assert Body((core, shell)).line_integrals(*line) == pytest.approx(20 * 3)
    assert Body((shell, core), combine="add").line_integrals(*line) == pytest.approx(60 + 16)


def test_a_part_of_air_hollows_out():
    water = Box((0.0, 0.0, 0.0), (20.0,) * 3, 0.02)
    hole = Ellipsoid((3.0, 0.0, 0.0), (4.0,) * 3, 0.0)
    assert Body((water, hole)).line_integrals((3.0, -99.0, 0.0), (0, 1, 0)) == pytest.approx(0.24)


@pytest.mark.parametrize("x_axis", [None, (0.3, 1.0, -0.2), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)])
@pytest.mark.parametrize("z_axis", [(0.6, 0.8, 0.0), (1.0, 2.0, 3.0), (0.0, -2.0, 0.0)])
def test_a_frame_turns_a_part_to_its_axes(z_axis, x_axis):
    turn = frame_deg(z_axis, x_axis)
    own = np.linalg.inv(Ellipsoid((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 1.0, turn).matrix).T
    np.testing.assert_allclose(own[2], unit(np.array(z_axis)), atol=1e-12)
    assert np.linalg.det(own) == pytest.approx(1)
    if x_axis is not None:
        assert own[0] @ x_axis > 0
        assert own[1] @ x_axis == pytest.approx(0, abs=1e-12)


def test_a_mirrored_body_has_mirrored_integrals():
    parts = crowd(30, 3)
    body, other = Body(parts), Body(tuple(mirrored(p) for p in parts))
    origins, directions = random_lines(100, 2)
    flip = np.array([-1.0, 1, 1])
    np.testing.assert_allclose(
        other.line_integrals(origins * flip, directions * flip),
        body.line_integrals(origins, directions),
        rtol=1e-9,
        atol=1e-12,
    )


def test_another_way_to_combine_is_refused():
    with pytest.raises((InputError, BeartypeCallHintViolation), match="subtract"):
        Body((), combine="subtract")


def test_an_empty_body_stops_nothing():
    assert Body(()).line_integrals((0.0, 0.0, 0.0), (0, 0, 1)) == 0
    assert Body(crowd(3, 1)).line_integrals(np.zeros((0, 3)), (0, 0, 1)).shape == (0,)


def test_lines_that_are_none_are_refused():
    body = Body(crowd(3, 1))
    with pytest.raises(InputError, match="unit length"):
        body.line_integrals((0.0, 0.0, 0.0), (0, 0, 2))
    with pytest.raises(InputError, match="unit length"):
        body.line_integrals((0.0, 0.0, 0.0), (0, 0, np.nan))
    with pytest.raises(InputError, match="origins_mm must be finite"):
        body.line_integrals((0.0, np.nan, 0.0), (0, 0, 1))
    with pytest.raises(InputError, match=r"shape \(\.\.\., 3\)"):
        body.line_integrals(np.zeros((4, 2)), np.zeros((4, 2)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ellipsoid((0.0, 0.0, 0.0), (1.0, -1.0, 1.0), 1.0), "semi_axes_mm must be > 0"),
        (lambda: Cylinder((0.0, 0.0, 0.0), (1.0, 1.0), 0.0, 1.0), "length_mm must be > 0"),
        (lambda: Box((0.0, np.nan, 0.0), (1.0, 1.0, 1.0), 1.0), "center_mm must be three finite"),
        (lambda: Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), np.inf), "attenuation_per_mm must be fin"),
        (lambda: Cut((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), "normal must not be 0"),
    ],
)
def test_shapes_that_cannot_be_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
