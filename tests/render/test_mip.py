"""The maximum projection: a known point where it must be, on every grid."""

import numpy as np
import pytest
from bodies import GRIDS, balls, brightest_place, image_of

from diaphane import render
from diaphane.errors import InputError, QuantityError
from diaphane.image import Image, Quantity
from diaphane.render.bricks import brick_extremes
from diaphane.render.camera import Camera
from diaphane.render.projecting import project
from diaphane.space import Grid

POINT = (11.0, -6.0, 7.0)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(
    ("azimuth_deg", "elevation_deg", "across", "up"),
    [(0, 0, 11, 7), (90, 0, -6, 7), (180, 0, -11, 7), (0, 90, 11, -6), (0, -90, 11, 6)],
)
def test_a_point_is_seen_where_it_must_be(grid, azimuth_deg, elevation_deg, across, up):
    image = image_of(balls((POINT, 3, 500)), GRIDS[grid])
    camera = Camera(azimuth_deg, elevation_deg, np.zeros(3), 40.0, 80)
    found = project(image, brick_extremes(image.values)[1], camera, 0.4)
    row, column = brightest_place(np.nan_to_num(found + 1000)[..., None])
    assert (column - 39.5) / 2 == pytest.approx(across, abs=0.3)
    assert (39.5 - row) / 2 == pytest.approx(up, abs=0.3)
    assert np.nanmax(found) == pytest.approx(500, abs=200)


def test_what_is_bright_is_framed_at_every_azimuth_alike():
    image = image_of(balls((POINT, 4, 500), ((-3, 5, -9), 2, 500)), GRIDS["upright"])
    pixel_mm = set()
    for azimuth_deg in (0, 45, 200):
        picture = render.mip(image, azimuth_deg=azimuth_deg, size_px=64, marks="none")
        assert picture.pixels[4:-4, 4:-4].max() == picture.pixels.max() == 255
        assert picture.pixels[[0, -1]].max() < 128
        pixel_mm.add(picture.pixel_mm)
    assert len(pixel_mm) == 1


def test_the_projection_finds_the_highest_value_and_skipping_changes_nothing():
    values = np.random.default_rng(2).normal(size=(19, 23, 21)).astype(np.float32)
    image = Image(values, Grid.centered(values.shape, (1.5, 1.0, 1.0)), Quantity.UNKNOWN)
    _, highs = brick_extremes(values)
    camera = Camera(31, 12, np.zeros(3), 30.0, 60)
    found = project(image, highs, camera, 0.25)
    walked = project(image, np.full_like(highs, np.inf), camera, 0.25)
    np.testing.assert_allclose(found, walked, atol=0.05)
    assert np.nanmax(found) <= values.max()
    straight = project(image, highs, Camera(0, 0, np.zeros(3), 21.0, 21), 0.5)
    columns = values.max(axis=1)[::-1]
    np.testing.assert_allclose(straight[10], columns[9], atol=1e-5)


def test_rays_that_miss_are_black():
    image = image_of(balls((POINT, 3, 500)), GRIDS["upright"])
    picture = render.mip(image, size_px=64, field_mm=200.0, marks="none")
    assert not picture.pixels[0].any()
    assert picture.pixel_mm == pytest.approx(200 / 64)


def test_maps_have_colors_and_a_scale():
    image = image_of(balls((POINT, 3, 5)), GRIDS["upright"], Quantity.VELOCITY)
    plain = render.mip(image, colors="viridis", size_px=300, marks="none").pixels
    marked = render.mip(image, colors="viridis", size_px=300).pixels
    assert len(np.unique(plain.reshape(-1, 3), axis=0)) > 10
    assert (plain != marked).any()


def test_what_cannot_be_projected_is_refused():
    image = image_of(balls((POINT, 3, 5)), GRIDS["upright"], Quantity.VELOCITY)
    with pytest.raises(QuantityError, match="window 'bone' is in HU"):
        render.mip(image, window="bone")
    with pytest.raises(InputError, match="given together"):
        render.mip(image, level=3.0)
    with pytest.raises(InputError, match="one real number a voxel, got complex"):
        render.mip(Image(image.values.astype(np.complex64), image.grid, image.quantity))
