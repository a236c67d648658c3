"""The step that shows a lit body: which way is which, what is left out, what is refused."""

import numpy as np
import pytest
from bodies import GRIDS, balls, brightest_place, image_of

from diaphane import render
from diaphane.errors import GeometryError, InputError, OptionError, QuantityError
from diaphane.image import Image, Labels, Quantity
from diaphane.notices import Notice
from diaphane.space import Grid

HEAD = balls(((0, 0, 0), 12, 60), ((9, -3, 8), 5, 1200))
"""Flesh around the origin, and a bone on the patient's left, in front, near the head."""


def _bone(grid="upright", **options):
    options = {"size_px": 64, "samples": 1, "marks": "none", "field_mm": 50.0} | options
    return render.cast(image_of(HEAD, GRIDS[grid]), **options)


def _places(picture):
    """Where the amber and the blue ball are seen: (to the right, upward) from the middle."""
    pixels = picture.pixels.astype(int)
    for color in (pixels[..., 0] - pixels[..., 2], pixels[..., 2] - pixels[..., 0]):
        row, column = brightest_place(np.clip(color - 20, 0, None)[..., None])
        yield np.array([column, -row])


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("view", ["perspective", "parallel"])
def test_the_picture_shows_which_way_is_which(grid, view):
    amber, blue = np.array([10, -6, 8]), np.array([-7, 9, -4])
    image = image_of(balls((amber, 5, 1200), (blue, 5, 1200)), GRIDS[grid])
    upper = image_of(lambda p: p @ (amber - blue), GRIDS[grid]).values > 0
    labels = Labels(np.where(image.values > 200, 2 - upper, 0).astype(np.uint8), image.grid)
    for azimuth_deg, elevation_deg, expected in [
        (0, 0, (17, 12)),  # the patient's left is on the viewer's right
        (90, 0, (-15, 12)),  # seen from the patient's left, the front is on the viewer's left
        (180, 0, (-17, 12)),
        (-90, 0, (15, 12)),
        (0, 90, (17, -15)),  # from above the head, the front is below
    ]:
        picture = render.cast(
            image, labels, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg, view=view,
            size_px=80, field_mm=50.0, samples=1, marks="none",
        )  # fmt: skip
        first, second = _places(picture)
        assert (first - second) * 50 / 80 == pytest.approx(np.array(expected), abs=2.5)


def test_all_that_is_visible_is_framed():
    gray = _bone(field_mm=None).pixels.mean(axis=-1)
    assert not gray[[0, -1]].any()
    assert not gray[:, [0, -1]].any()
    assert (gray > 40).mean() > 0.05


def test_labels_hide_what_lies_outside_them():
    image = image_of(balls(((9, 0, 0), 6, 1200), ((-9, 0, 0), 6, 1200)), GRIDS["upright"])
    labels = Labels(
        ((image.values > 200) & (np.indices(image.values.shape)[2] > 22)).astype(np.uint8),
        image.grid,
    )
    options = {"azimuth_deg": 0, "elevation_deg": 0, "size_px": 64, "marks": "none", "field_mm": 44}
    alone = render.cast(image, labels, **options).pixels.astype(int)
    both = render.cast(image, **options).pixels.astype(int)
    assert (both.sum(axis=-1) > 30).mean() > 1.8 * (alone.sum(axis=-1) > 30).mean()
    # the border of the kept bone is where it was
    row, column = brightest_place(alone)
    assert row == pytest.approx(31.5, abs=4)
    assert column == pytest.approx(31.5, abs=6)
    areas = [(p.sum(axis=-1) > 30).sum() for p in (alone, both)]
    assert areas[0] == pytest.approx(areas[1] / 2, rel=0.06)


def test_several_labels_take_their_own_colors():
    image = image_of(balls(((9, 0, 0), 6, 1200), ((-9, 0, 0), 6, 1200)), GRIDS["upright"])
    left = np.indices(image.values.shape)[2] > 22
    labels = Labels(np.where(image.values > 200, 1 + left, 0).astype(np.uint16), image.grid)
    pixels = render.cast(image, labels, azimuth_deg=0, size_px=64, marks="none").pixels
    amber, blue = pixels[:, :28].reshape(-1, 3), pixels[:, 36:].reshape(-1, 3)
    amber, blue = (c[c.sum(axis=1) > 150].mean(axis=0) for c in (amber, blue))
    assert amber[0] > 1.3 * amber[2]
    assert blue[2] > 1.1 * blue[0]


def test_flesh_lets_bones_through():
    bone, soft, skin = (_bone(preset=p).pixels for p in ("bone", "soft", "skin"))
    assert (bone.sum(axis=-1) > 0).mean() < 0.7 * (soft.sum(axis=-1) > 0).mean()
    row, column = (round(c) for c in brightest_place(bone))
    assert soft[row, column, 2] > 1.2 * skin[row, column, 2]  # ivory, not flesh


def test_more_samples_smooth_the_outline_and_keep_the_picture():
    one, two = _bone(samples=1).pixels.astype(int), _bone(samples=2).pixels.astype(int)
    assert np.abs(one - two).mean() < 2


def test_a_transparent_background_carries_the_opacity():
    picture = _bone(background="transparent").pixels
    assert picture.shape == (64, 64, 4)
    assert picture[0, 0].tolist()[3] == 0
    assert picture[..., 3].max() == 255


def test_parallel_rays_know_the_pixel_and_perspective_does_not():
    assert _bone(view="parallel").pixel_mm == pytest.approx(50 / 64)
    assert _bone().pixel_mm is None


def test_marks_are_drawn_at_the_edges_only():
    plain, marked = _bone(size_px=200), _bone(size_px=200, marks="all")
    differ = (plain.pixels != marked.pixels).any(axis=-1)
    assert differ.any()
    assert not differ[25:85, 25:-25].any()


def test_nothing_visible_is_said():
    picture = render.cast(image_of(balls(((0, 0, 0), 9, 40)), GRIDS["upright"]), size_px=16)
    assert picture.history is not None
    assert picture.history.notices == (Notice("render.nothing_visible", {"preset": "bone"}),)


def test_the_same_call_gives_the_same_picture():
    np.testing.assert_array_equal(_bone().pixels, _bone().pixels)


def test_what_cannot_be_shown_is_refused():
    image = image_of(HEAD, GRIDS["upright"])
    values = image.values.copy()
    values[1, 2, 3] = np.nan
    with pytest.raises(InputError, match=r"finite values, got nan at \(1, 2, 3\)"):
        render.cast(Image(values, image.grid, image.quantity))
    section = Grid.centered((1, 8, 8), 1.0)
    thin = Image(np.zeros((1, 8, 8), np.float32), section, Quantity.HOUNSFIELD)
    with pytest.raises(InputError, match="2 voxels or more along each axis"):
        render.cast(thin)
    with pytest.raises(QuantityError, match="must carry hounsfield"):
        render.cast(Image(image.values, image.grid, Quantity.ATTENUATION))
    elsewhere = Labels(np.ones((4, 4, 4), np.uint8), Grid.centered((4, 4, 4), 1.0))
    with pytest.raises(GeometryError, match="labels must lie on the image's grid"):
        render.cast(image, elsewhere)
    with pytest.raises(OptionError, match="step_mm"):
        render.cast(image, step_mm=0.0)
