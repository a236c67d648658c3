"""A slice drawn out is, at every height, what the body is at that slice's height."""

import numpy as np
import pytest

from diaphane import phantom
from diaphane.errors import InputError
from diaphane.phantom import Body, Box, Cut, Cylinder, Ellipsoid

TILTED = Body(
    (
        Ellipsoid((5.0, -3.0, 2.0), (40.0, 25.0, 30.0), 0.02, (20.0, -35.0, 50.0)),
        Box((-8.0, 4.0, 0.0), (20.0, 12.0, 30.0), 0.03, (10.0, 25.0, -40.0)),
        Cylinder((10.0, 5.0, 4.0), (6.0, 3.0), 50.0, 0.04, (70.0, 20.0, 15.0)),
        Cylinder.between((-20.0, -10.0, 6.0), (15.0, 12.0, 6.0), 4.0, 0.05),
        Ellipsoid(
            (0.0, 0.0, 0.0), (15.0, 15.0, 15.0), 0.06, cuts=(Cut((2.0, 0.0, 3.0), (1.0, 0.5, 1.0)),)
        ),
    )
)


@pytest.mark.parametrize("z_mm", [-6.5, 0.0, 5.0, 7.3])
@pytest.mark.parametrize("combine", ["replace", "add"])
def test_every_slice_is_the_one_slice(z_mm, combine):
    body = Body(TILTED.parts, "tilted", combine)
    rod = phantom.extruded(body, z_mm=z_mm, length_mm=80.0)
    points = np.random.default_rng(1).uniform(-45, 45, (20_000, 3))
    at_slice = points * (1, 1, 0) + (0, 0, z_mm)
    truth = body.attenuation_at(at_slice) * (np.abs(points[:, 2]) <= 40)
    assert np.array_equal(rod.attenuation_at(points), truth)


def test_a_slice_of_the_head_is_exact_where_bone_and_air_lie_close_together():
    head = phantom.head()
    points = np.random.default_rng(2).uniform(-120, 120, (5_000, 3))
    for z_mm in (-30.2, 20.0, 45.0):
        rod = phantom.extruded(head, z_mm=z_mm)
        at_slice = points * (1, 1, 0) + (0, 0, z_mm)
        assert np.array_equal(rod.attenuation_at(points), head.attenuation_at(at_slice))


def test_rays_through_a_slice_of_a_ball_are_as_long_as_its_chords():
    ball = Body((Ellipsoid((3.0, 1.0, 0.0), (5.0, 5.0, 5.0), 0.02),))
    rod = phantom.extruded(ball, z_mm=3.0)
    found = rod.line_integrals((3.0 + 2.4, -100.0, 77.0), (0.0, 1.0, 0.0))
    assert float(found) == pytest.approx(0.02 * 2 * np.sqrt(16 - 2.4**2))


def test_beside_the_body_there_is_no_slice():
    with pytest.raises(InputError, match="nothing at z = 200 mm"):
        phantom.extruded(TILTED, z_mm=200.0)
