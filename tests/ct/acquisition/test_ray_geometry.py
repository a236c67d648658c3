"""Rays against the words of ct/acquisition/beam.py, written out once more for single rays."""

import numpy as np
import pytest

from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam, rays
from diaphane.errors import GeometryError, InputError

DETECTOR = Detector(4, 7, 1.5, 2.0, center_row=1.2, center_column=2.7)
ANGLES = np.array([0.0, 0.3, 2.0, -1.0, 4.5])


def axes(angle):
    u = np.array([np.cos(angle), np.sin(angle), 0])
    v = np.array([0.0, 0, 1])
    s = np.array([np.sin(angle), -np.cos(angle), 0])
    assert np.allclose(s, np.cross(u, v))
    return u, v, s


def place(row, column):
    return (column - 2.7) * 2.0, (row - 1.2) * 1.5


def test_a_parallel_ray_is_the_line_through_t_u_plus_z_v_along_minus_s():
    beam = ParallelBeam(ANGLES, DETECTOR)
    for view, angle in enumerate(ANGLES):
        u, v, s = axes(angle)
        lines = rays(beam, view)
        assert lines.origins_mm.shape == lines.directions.shape == (4, 7, 3)
        for row, column in [(0, 0), (3, 1), (2, 6)]:
            t, z = place(row, column)
            np.testing.assert_allclose(lines.directions[row, column], -s, atol=1e-15)
            np.testing.assert_allclose(lines.origins_mm[row, column], t * u + z * v, atol=1e-12)


@pytest.mark.parametrize("kind", [FanBeam, ConeBeam])
def test_a_ray_of_a_source_goes_from_the_source_through_its_pixel(kind):
    beam = kind(ANGLES, DETECTOR, 400.0, 650.0)
    for view, angle in enumerate(ANGLES):
        u, v, s = axes(angle)
        lines = rays(beam, view)
        for row, column in [(0, 0), (3, 1), (2, 6)]:
            a, b = place(row, column)
            source = 400 * s + (b * v if kind is FanBeam else 0)
            pixel = a * u + b * v - 250 * s
            toward = (pixel - source) / np.linalg.norm(pixel - source)
            np.testing.assert_allclose(lines.origins_mm[row, column], source, atol=1e-12)
            np.testing.assert_allclose(lines.directions[row, column], toward, atol=1e-14)


def test_at_view_zero_the_source_stands_in_front_and_columns_run_to_the_left():
    beam = ConeBeam(np.zeros(1), Detector(3, 5, 1.0, 1.0), 400.0, 600.0)
    lines = rays(beam, 0)
    assert lines.origins_mm[1, 2].tolist() == [0, -400, 0]  # anterior is -y
    assert lines.directions[1, 2].tolist() == [0, 1, 0]
    assert lines.directions[1, 4, 0] > 0  # left is +x
    assert lines.directions[2, 2, 2] > 0  # head is +z


def test_rays_from_another_part_of_the_focal_spot_reach_the_same_pixel():
    beam = ConeBeam(ANGLES, DETECTOR, 400.0, 650.0)
    u, v, s = axes(ANGLES[1])
    lines = rays(beam, 1, rows=3.0, columns=1.0, spot_mm=(0.4, -0.7))
    np.testing.assert_allclose(lines.origins_mm, 400 * s + 0.4 * u - 0.7 * v, atol=1e-12)
    a, b = place(3, 1)
    pixel = a * u + b * v - 250 * s
    off = np.cross(pixel - lines.origins_mm, lines.directions)
    assert np.abs(off).max() < 1e-10


def test_views_lead_the_shape_and_places_follow():
    beam = FanBeam(ANGLES, DETECTOR, 400.0, 650.0)
    many = rays(beam, np.array([3, 1]), rows=np.array([0.5, 1.5]), columns=np.array([2.0, 3.25]))
    one = rays(beam, 1, rows=np.array([0.5, 1.5]), columns=np.array([2.0, 3.25]))
    assert many.origins_mm.shape == (2, 2, 3)
    np.testing.assert_array_equal(many.origins_mm[1], one.origins_mm)
    np.testing.assert_array_equal(many.directions[1], one.directions)
    np.testing.assert_allclose(np.linalg.norm(many.directions, axis=-1), 1, atol=1e-15)


def test_a_view_that_does_not_exist_is_refused():
    beam = ParallelBeam(ANGLES, DETECTOR)
    for views in (5, -1, 0.5, np.array([0, 9])):
        with pytest.raises(GeometryError, match="views must be whole numbers in 0…4"):
            rays(beam, views)


def test_a_parallel_beam_has_no_focal_spot():
    with pytest.raises(InputError, match="no focal spot"):
        rays(ParallelBeam(ANGLES, DETECTOR), 0, spot_mm=(0.1, 0.0))
