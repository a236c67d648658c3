"""Where the eye stands."""

import numpy as np
import pytest

from diaphane.render.camera import Camera


def _camera(azimuth_deg, elevation_deg=0.0, **rest):
    return Camera(azimuth_deg, elevation_deg, np.array([1.0, 2.0, 3.0]), 100.0, 50, **rest)


@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "toward", "right"),
    [
        (0, 0, (0, -1, 0), (1, 0, 0)),  # in front; the patient's left is on the right
        (90, 0, (1, 0, 0), (0, 1, 0)),  # on the patient's left; the back is on the right
        (180, 0, (0, 1, 0), (-1, 0, 0)),
        (-90, 0, (-1, 0, 0), (0, -1, 0)),
        (0, 90, (0, 0, 1), (1, 0, 0)),  # above the head
        (0, -90, (0, 0, -1), (1, 0, 0)),  # below the feet, as axial planes are seen
    ],
)
def test_the_eye_stands_where_the_angles_say(azimuth_deg, elevation_deg, toward, right):
    axes = _camera(azimuth_deg, elevation_deg).axes
    assert axes[2] == pytest.approx(np.array(toward), abs=1e-12)
    assert axes[0] == pytest.approx(np.array(right), abs=1e-12)


@pytest.mark.parametrize("azimuth_deg", [-170, 33, 280])
@pytest.mark.parametrize("elevation_deg", [-60, 0, 25])
def test_the_axes_are_right_handed_and_of_length_one(azimuth_deg, elevation_deg):
    axes = _camera(azimuth_deg, elevation_deg).axes
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)
    assert axes[1, 2] >= 0


def test_the_pixels_lie_around_the_center():
    camera = _camera(30, 20)
    sight = camera.sight(500.0)
    middle = sight[1, :3] + 24.5 * (sight[2, :3] + sight[3, :3])
    assert middle == pytest.approx(camera.center_mm)
    assert np.linalg.norm(sight[2, :3]) == pytest.approx(2.0)
    assert sight[3, :3] @ camera.axes[1] == pytest.approx(-2.0)


def test_parallel_rays_start_before_each_pixel_and_others_at_the_eye():
    parallel = _camera(0).sight(500.0)
    assert parallel[0].tolist() == pytest.approx([0, -500, 0, 1])
    perspective = _camera(0, distance_mm=220.0).sight(500.0)
    assert perspective[0].tolist() == pytest.approx([1, 2 - 220, 3, 0])


def test_the_field_holds_all_points_and_does_not_change_while_turning():
    points = np.random.default_rng(0).uniform(-1, 1, (200, 3)) * np.array([30, 20, 50])
    fields = set()
    for azimuth_deg in range(0, 360, 45):
        camera = Camera.around(points, azimuth_deg, 20, size_px=64)
        seen = (points - camera.center_mm) @ camera.axes[:2].T
        assert np.abs(seen).max() <= camera.field_mm / 2
        fields.add(camera.field_mm)
    assert len(fields) == 1
