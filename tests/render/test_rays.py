"""Ray casting against closed forms and against a plain NumPy reference."""

import numpy as np
import pytest
from bodies import GRIDS, balls, image_of
from scipy.ndimage import map_coordinates

from diaphane.image import Image, Quantity
from diaphane.render.bricks import brick_corners_mm
from diaphane.render.camera import Camera
from diaphane.render.casting import cast_rays
from diaphane.render.light import light_for
from diaphane.render.transfer import Stop, Transfer
from diaphane.render.volume import Volume
from diaphane.space import Grid

GLASS = Transfer(
    (Stop(-990, 0.0, "#ffffff"), Stop(0, 0.05, "#ffffff"), Stop(4000, 0.05, "#ffffff"))
)
"""Transparent air, matter that takes up 0.05 per mm."""
BONES = Transfer.preset("bone")


def _camera(size_px=24, field_mm=40.0, **rest):
    rest = {"azimuth_deg": 0.0, "elevation_deg": 0.0, "center_mm": np.zeros(3)} | rest
    return Camera(field_mm=field_mm, size_px=size_px, **rest)


def _cast(image, transfer, camera, step_mm):
    volume = Volume.of(image, None, transfer)
    return cast_rays(volume, transfer, light_for(volume, transfer, camera), camera, step_mm)


def _slab(thickness, value=100.0):
    """A slab of `thickness` voxels of 1 mm across y, far wider than the picture."""
    values = np.full((60, 30, 60), -1000, np.float32)
    values[:, 5 : 5 + thickness] = value
    return Image(values, Grid.centered(values.shape, 1.0), Quantity.HOUNSFIELD)


@pytest.mark.parametrize("step_mm", [0.07, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("elevation_deg", [0.0, 30.0])
def test_the_opacity_of_a_slab_is_that_of_the_closed_form_at_any_step(step_mm, elevation_deg):
    # between voxel centers -1000 rises to 100 evenly: the ramp's opacity is 0 up to -990, rises
    # to 0.05 at 0, and stays
    ramp = (0.05 * 990 / 2 + 0.05 * 100) / 1100
    depth = (11 * 0.05 + 2 * ramp) / np.cos(np.deg2rad(elevation_deg))
    found = _cast(_slab(12), GLASS, _camera(elevation_deg=elevation_deg), step_mm)[..., 3]
    assert found[8:-8, 8:-8] == pytest.approx(1 - np.exp(-depth), rel=0.01)


def test_light_is_premultiplied_white_never_exceeds_opacity():
    found = _cast(_slab(12), GLASS, _camera(), 0.5)
    assert found[..., :3].max() <= found[..., 3].max()
    assert found[..., :3].min() >= 0


@pytest.mark.parametrize("grid", GRIDS)
def test_every_grid_shows_the_same_body(grid):
    body = balls(((4, -5, 3), 9, 900), ((-6, 3, -5), 7, 900))
    camera = _camera(azimuth_deg=25.0, elevation_deg=15.0, size_px=48)
    found = _cast(image_of(body, GRIDS[grid]), BONES, camera, 0.25)
    expected = _cast(image_of(body, GRIDS["upright"]), BONES, camera, 0.25)
    differ = np.abs(found - expected)
    assert differ.mean() < 0.02
    assert np.quantile(differ, 0.95) < 0.15


def test_halving_the_step_changes_little():
    body = image_of(balls(((4, -5, 3), 9, 900), ((-6, 3, -5), 7, 900)), GRIDS["unequal"])
    camera = _camera(azimuth_deg=25.0, elevation_deg=15.0, size_px=48)
    coarse, fine = (_cast(body, BONES, camera, step_mm) for step_mm in (0.75, 0.375))
    assert np.abs(coarse - fine).mean() < 0.005


def test_skipping_empty_bricks_changes_nothing(monkeypatch):
    body = image_of(balls(((4, -5, 3), 6, 900)), GRIDS["upright"])
    camera = _camera(azimuth_deg=40.0, elevation_deg=-20.0, size_px=48, distance_mm=100.0)
    skipped = _cast(body, BONES, camera, 0.5)
    monkeypatch.setattr(Volume, "occupied", lambda self, _: np.ones(self.lows.shape, np.uint8))
    walked = _cast(body, BONES, camera, 0.5)
    np.testing.assert_allclose(skipped, walked, atol=2e-3)


@pytest.mark.parametrize("distance_mm", [np.inf, 90.0])
def test_the_kernel_matches_a_plain_reference(distance_mm):
    body = image_of(balls(((4, -5, 3), 9, 300), ((-6, 3, -5), 7, 60)), GRIDS["sheared"])
    camera = _camera(azimuth_deg=25.0, elevation_deg=15.0, distance_mm=distance_mm)
    volume = Volume.of(body, None, GLASS)
    found = cast_rays(volume, GLASS, light_for(volume, GLASS, camera), camera, 0.25)[..., 3]
    np.testing.assert_allclose(found, _reference(volume, camera, 0.02), atol=0.004)


def _reference(volume, camera, step_mm):
    """Opacity by summing the optical depth at fine, even steps; nothing is skipped."""
    sight = camera.sight(200.0)
    rows, columns = np.indices((camera.size_px, camera.size_px))
    pixels = sight[1, :3] + columns[..., None] * sight[2, :3] + rows[..., None] * sight[3, :3]
    eyes = sight[0, :3] + sight[0, 3] * pixels
    ways = pixels - eyes
    ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
    depth = np.zeros(rows.shape)
    middle = 200.0 if np.isinf(camera.distance_mm) else camera.distance_mm
    for s in np.arange(middle - 60, middle + 60, step_mm):
        places = np.moveaxis(volume.grid.to_index(eyes + s * ways), -1, 0)
        values = map_coordinates(
            volume.values.astype(np.float32), places, order=1, mode="constant", cval=-1000
        )
        depth += np.interp(values, GLASS.bins_hu, GLASS.opacity_per_mm) * step_mm
    return 1 - np.exp(-depth)


def test_light_comes_from_above_left_and_cavities_are_darker():
    def cup(points):
        apart = np.linalg.norm(points, axis=-1)
        opened = (points[..., 1] < 0) & (np.hypot(points[..., 0], points[..., 2]) < 7)
        return np.where((apart < 14) & ~opened, 900.0, -1000.0)

    found = _cast(image_of(cup, GRIDS["upright"]), BONES, _camera(size_px=40), 0.25)[..., 1]
    assert found[6:10, 18:22].mean() > 1.2 * found[30:34, 18:22].mean()
    assert found[18:22, 18:22].mean() < 0.7 * found[18:22, 7:10].mean()


def test_a_ray_that_misses_gives_nothing():
    body = image_of(balls(((0, 0, 0), 6, 900)), GRIDS["upright"])
    found = _cast(body, BONES, _camera(field_mm=400.0), 0.5)
    assert not found[:4].any()
    corners = brick_corners_mm(body.grid, np.ones((5, 6, 6)))
    assert np.abs(corners).max(axis=0).tolist() == pytest.approx([22, 20.5, 19.5])
