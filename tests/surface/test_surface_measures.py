"""Volume and area: exact on polyhedra, and their intervals hold the truth of round bodies."""

import numpy as np
import pytest
from solids import SOLIDS, sphere

from diaphane import surface
from diaphane.errors import InputError
from diaphane.image import Surface

CUBE = np.array(list(np.ndindex(2, 2, 2)), np.float32)
CUBE_TRIANGLES = np.array(
    [
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
    ],
    np.int32,
)  # fmt: skip


def _cube(edge_mm=10.0):
    return Surface(CUBE * edge_mm + np.float32(100), CUBE_TRIANGLES)


def test_a_cube_is_measured_exactly():
    assert surface.volume(_cube()).value == pytest.approx(1.0)
    assert surface.area(_cube()).value == pytest.approx(6.0)
    assert surface.volume(_cube()).unit == "mL"
    assert surface.area(_cube()).unit == "cm²"


def test_the_interval_of_a_volume_is_that_of_a_shifted_surface():
    # Steiner: 1000 ± 600 d + 2 M d² with M = 3 π × 10 / 2, for the mean curvature of a cube
    low, high = surface.volume(_cube(), border_mm=0.1).interval
    curvature = 3 * np.pi * 10
    assert low == pytest.approx((1000 - 60 + curvature * 0.01) / 1000, rel=1e-6)
    assert high == pytest.approx((1000 + 60 + curvature * 0.01) / 1000, rel=1e-6)


def test_the_integral_of_mean_curvature_is_that_of_a_sphere():
    body = surface.isosurface(sphere().image(0.5), level=0)
    low, high = surface.area(body, border_mm=0.2).interval
    assert high * 100 == pytest.approx(
        surface.area(body).value * 100 + 8 * np.pi * 9.4 * 0.2, rel=0.01
    )
    assert low < surface.area(body).value


@pytest.mark.parametrize("voxel_mm", [0.5, 0.8, 1.1])
@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: s.name)
@pytest.mark.parametrize("made", ["level", "labels", "steps", "simplified"])
def test_the_intervals_hold_the_truth(solid, voxel_mm, made):
    if made == "level":
        body = surface.isosurface(solid.image(voxel_mm), level=0)
    else:
        body = surface.of_labels(solid.labels(voxel_mm), passes=0 if made == "steps" else 20)
    if made == "simplified":
        body = surface.simplify(body, triangles=len(body.triangles) // 4)
    volume, area = surface.volume(body), surface.area(body)
    assert volume.interval[0] <= solid.volume_mm3 / 1000 <= volume.interval[1]
    assert volume.interval[0] <= volume.value <= volume.interval[1]
    assert area.interval[0] <= solid.area_mm2 / 100 <= area.interval[1]


def test_hollows_count_as_outside():
    solid = sphere()
    image = solid.image(0.7)
    hollow = type(image)(np.minimum(image.values, 5 - image.values), image.grid, image.quantity)
    body = surface.isosurface(hollow, level=0)
    expected = (9.4**3 - 4.4**3) * 4 / 3 * np.pi / 1000
    assert surface.volume(body).value == pytest.approx(expected, rel=0.01)


def test_an_open_surface_is_refused():
    with pytest.raises(InputError, match="only a closed surface can be measured, got 3 edges"):
        surface.volume(Surface(CUBE, CUBE_TRIANGLES[1:]))
    flipped = CUBE_TRIANGLES.copy()
    flipped[0] = flipped[0, ::-1]
    with pytest.raises(InputError, match="only a closed surface"):
        surface.area(Surface(CUBE, flipped))


def test_an_empty_surface_is_refused():
    nothing = Surface(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    with pytest.raises(InputError, match="the surface is empty"):
        surface.volume(nothing)
