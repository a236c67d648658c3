"""Planes: oriented as radiologists look, in true proportions, on every grid."""

import numpy as np
import pytest
from bodies import GRIDS, balls, brightest_place, image_of

from diaphane import render
from diaphane.errors import GeometryError, InputError, QuantityError
from diaphane.image import Image, Labels, Quantity
from diaphane.space import Grid

MARK = (9.0, -6.0, 7.0)
"""On the patient's left, in front, near the head."""


def _plane(function, grid="upright", **options):
    options = {"marks": "none", "pixel_mm": 0.5, "level": 0.0, "width": 2000.0} | options
    return render.plane(image_of(function, GRIDS[grid]), **options)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(
    ("plane", "position_mm", "right", "down"),
    [
        ("axial", 7.0, (1, 0, 0), (0, 1, 0)),
        ("coronal", -6.0, (1, 0, 0), (0, 0, -1)),
        ("sagittal", 9.0, (0, 1, 0), (0, 0, -1)),
    ],
)
def test_a_mark_is_seen_where_a_radiologist_expects_it(grid, plane, position_mm, right, down):
    picture = _plane(balls((MARK, 4, 1000)), grid, plane=plane, position_mm=position_mm)
    row, column = brightest_place(picture.pixels)
    rows, columns = picture.pixels.shape[:2]
    corners = GRIDS[grid].to_mm(
        np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in GRIDS[grid].shape])).reshape(3, -1).T
    )
    center = (corners.min(axis=0) + corners.max(axis=0)) / 2
    offset = np.array(MARK) - center
    assert (column - (columns - 1) / 2) * 0.5 == pytest.approx(offset @ right, abs=0.4)
    assert (row - (rows - 1) / 2) * 0.5 == pytest.approx(offset @ down, abs=0.4)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_a_linear_ramp_is_sampled_exactly_through_the_world(grid, plane):
    slope = np.array([11.0, -7.0, 5.0])
    picture = _plane(lambda p: p @ slope, grid, plane=plane, position_mm=2.0, width=1000.0)
    gray = picture.pixels[..., 0].astype(float)
    right, down = {
        "axial": ((1, 0, 0), (0, 1, 0)),
        "coronal": ((1, 0, 0), (0, 0, -1)),
        "sagittal": ((0, 1, 0), (0, 0, -1)),
    }[plane]
    inner = gray[gray.shape[0] // 2 - 12 :][:24, gray.shape[1] // 2 - 12 :][:, :24]
    per_pixel = 0.5 * 255 / 1000
    across = np.diff(inner, axis=1).mean() / per_pixel
    along = np.diff(inner, axis=0).mean() / per_pixel
    assert across == pytest.approx(slope @ right, abs=0.7)
    assert along == pytest.approx(slope @ down, abs=0.7)


def test_proportions_are_true_and_pixels_square():
    picture = render.plane(image_of(balls((MARK, 4, 9)), GRIDS["unequal"]), plane="coronal")
    rows, columns = picture.pixels.shape[:2]
    assert rows / columns == pytest.approx(40 / 45, abs=0.01)
    assert columns * picture.pixel_mm == pytest.approx(45, rel=0.01)


def test_a_fine_image_keeps_its_own_pixels():
    image = Image(np.zeros((3, 500, 400), np.int16), Grid.centered((3, 500, 400), 0.5),
                  Quantity.HOUNSFIELD)  # fmt: skip
    picture = render.plane(image)
    assert picture.pixels.shape == (500, 400, 3)
    assert picture.pixel_mm == 0.5


def test_outside_the_image_is_black_also_for_maps():
    for colors in ("gray", "viridis", "diverging"):
        picture = _plane(lambda p: p[..., 0] + 400, "sheared", plane="sagittal", colors=colors)
        assert not picture.pixels[0, 0].any()
        assert picture.pixels[picture.pixels.shape[0] // 2, picture.pixels.shape[1] // 2].any()


def test_position_runs_from_feet_front_and_right():
    for plane, axis, sign in [("axial", 2, 1), ("coronal", 1, 1), ("sagittal", 0, 1)]:
        grays = [
            _plane(lambda p, a=axis: 40 * p[..., a], plane=plane, position=at).pixels.max()
            for at in (0.2, 0.8)
        ]
        assert sign * (int(grays[1]) - int(grays[0])) > 50


def test_windows_turn_level_into_middle_gray():
    values = np.linspace(-1000, 3000, 1000).reshape(1, 1, 1000)
    image = Image(np.repeat(values, 4, axis=1), Grid.centered((1, 4, 1000), 1.0),
                  Quantity.HOUNSFIELD)  # fmt: skip
    for window, level, width in [("bone", 500, 2000), ("brain", 40, 80), ("lung", -600, 1500)]:
        gray = render.plane(image, window=window, marks="none", pixel_mm=1.0).pixels[2, :, 0]
        shares = np.clip((values[0, 0] - level) / width + 0.5, 0, 1)
        np.testing.assert_allclose(gray, shares * 255, atol=0.51)
    fitted = render.plane(image, marks="none", pixel_mm=1.0).pixels[2, :, 0]
    assert np.abs(fitted[[100, 500, 900]] - np.array([25.5, 127.5, 229.5])).max() < 3


def test_an_error_map_is_dark_at_zero_and_symmetric():
    image = image_of(lambda p: p[..., 0], GRIDS["upright"], Quantity.ATTENUATION)
    pixels = render.plane(image, colors="diverging", marks="none", pixel_mm=1.0).pixels.astype(int)
    row = pixels[20]
    assert row[22].max() < 20
    assert row[0, 2] > 200 > row[0, 0]
    assert row[-1, 0] > 200 > row[-1, 2]
    with pytest.raises(InputError, match="centered on zero: level must be 0, got 3"):
        render.plane(image, colors="diverging", level=3.0, width=10.0)


def test_labels_on_another_grid_are_drawn_in_their_color():
    grid = GRIDS["sheared"]
    mask = image_of(balls((MARK, 6, 1000)), grid).values > 0
    labels = Labels(mask.astype(np.uint8) * 2, grid)
    image = image_of(lambda p: 0 * p[..., 0], GRIDS["upright"])
    pixels = render.plane(
        image, labels, position_mm=7.0, pixel_mm=0.5, marks="none", level=0.0, width=100.0
    ).pixels.astype(int)
    row, column = round(20.5 * 2 - 6 * 2), (22 * 2 + 9 * 2)
    inside, outside = pixels[row, column], pixels[60, 20]
    assert inside[2] > inside[0] + 10
    assert len(set(outside)) == 1
    outline = (pixels == np.array([0x56, 0xB4, 0xE9])).all(axis=-1)
    assert outline.sum() == pytest.approx(2 * np.pi * 6 * 2, rel=0.2)


def test_marks_say_letters_and_length():
    options = {"plane": "coronal", "pixel_mm": 0.15}
    plain = _plane(lambda p: -1000 + 0 * p[..., 0], **options)
    marked = _plane(lambda p: -1000 + 0 * p[..., 0], marks="all", **options)
    drawn = (marked.pixels != plain.pixels).any(axis=-1)
    rows = len(drawn)
    middle = slice(rows // 2 - 12, rows // 2 + 12)
    assert drawn[middle, :20].any()
    assert drawn[middle, -20:].any()
    assert not drawn[40:-40, 40:-40].any()
    bar = np.flatnonzero(drawn[-40:].sum(axis=1) > 60)
    assert len(bar)
    assert drawn[-40:].sum(axis=1).max() == pytest.approx(10 / 0.15, abs=4)


def test_a_photograph_has_no_letters_and_no_millimeters():
    photo = Image(np.eye(40, dtype=np.float32)[None], Grid.of_pixels(40, 40), Quantity.UNKNOWN)
    picture = render.plane(photo)
    assert picture.pixel_mm is None
    plain = render.plane(photo, marks="none")
    np.testing.assert_array_equal(picture.pixels, plain.pixels)


def test_what_cannot_be_shown_is_refused():
    image = image_of(balls((MARK, 4, 9)), GRIDS["upright"], Quantity.ATTENUATION)
    with pytest.raises(QuantityError, match="window 'bone' is in HU, got an image of attenuation"):
        render.plane(image, window="bone")
    with pytest.raises(
        GeometryError, match=r"position_mm must lie within the image, -20.0 to 20.0"
    ):
        render.plane(image, position_mm=99.0)
    with pytest.raises(GeometryError, match="pixels, more than 8192"):
        render.plane(image, pixel_mm=0.001)
    with pytest.raises(InputError, match="level and width are given together"):
        render.plane(image, width=5.0)
