"""Letters, scale bar and scale of colors: small and quiet, at the edges of a picture.

R and L are the patient's right and left, A and P front and back, H and F head and feet.
"""

from functools import cache

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from diaphane.arrays import ByteArray, DoubleArray
from diaphane.render.colors import ColorMap, map_colors
from diaphane.space import axis_letters

_GRAY = 168
_SHADE = 0
_LARGEST_SHARE = 0.25
"""The scale bar takes at most this share of the picture's width."""
_ALONG = 0.85
"""A direction gets its letter when it lies this near (cosine) to an anatomical axis."""


def draw_view_marks(pixels: ByteArray, axes: DoubleArray, pixel_mm: float | None = None) -> None:
    """Write into `pixels` the letters of a camera's axes, where they have one, and a bar."""
    page = _Page(pixels)
    right, upward = axes[0], axes[1]
    if np.abs(right).max() >= _ALONG:
        page.letters_across(*axis_letters(right))
    if np.abs(upward).max() >= _ALONG:
        page.letters_down(*axis_letters(-upward))
    if pixel_mm is not None:
        page.scale_bar(pixel_mm)
    page.put()


def draw_plane_marks(
    pixels: ByteArray, right: DoubleArray, down: DoubleArray, pixel_mm: float
) -> None:
    """Write into `pixels` the letters of a plane, and a bar of known length."""
    page = _Page(pixels)
    page.letters_across(*axis_letters(right))
    page.letters_down(*axis_letters(down))
    page.scale_bar(pixel_mm)
    page.put()


def draw_color_scale(
    pixels: ByteArray, color_map: ColorMap, low: float, high: float, unit: str
) -> None:
    """Write into `pixels` which color stands for which value."""
    page = _Page(pixels)
    page.color_scale(color_map, low, high, unit)
    page.put()


def bar_length_mm(width_mm: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, 50 … mm that takes at most a quarter of a width."""
    largest = width_mm * _LARGEST_SHARE
    power = 10.0 ** np.floor(np.log10(largest))
    return float(max(m * power for m in (1, 2, 5) if m * power <= largest))


class _Page:
    """Pillow's view of some pixels while marks are drawn."""

    def __init__(self, pixels: ByteArray) -> None:
        self._pixels = pixels
        mode = "RGBA" if pixels.shape[2] == 4 else "RGB"
        self._picture = PillowImage.fromarray(pixels, mode=mode)
        self._draw = ImageDraw.Draw(self._picture)
        self._height, self._width = pixels.shape[:2]
        self._text_px = max(10, round(min(self._height, self._width) / 36))
        self._edge_px = max(4, self._text_px // 2)

    def put(self) -> None:
        """Write what was drawn back into the pixels."""
        self._pixels[...] = np.asarray(self._picture)

    def letters_across(self, right: str, left: str) -> None:
        """Write a letter at the middle of the right and of the left edge."""
        middle = self._height / 2
        self._write((self._width - self._edge_px, middle), right, "rm")
        self._write((self._edge_px, middle), left, "lm")

    def letters_down(self, bottom: str, top: str) -> None:
        """Write a letter at the middle of the lower and of the upper edge."""
        middle = self._width / 2
        self._write((middle, self._height - self._edge_px), bottom, "mb")
        self._write((middle, self._edge_px), top, "mt")

    def scale_bar(self, pixel_mm: float) -> None:
        """Draw a bar of a round length in the lower left corner, and write its length."""
        length = bar_length_mm(self._width * pixel_mm)
        left, bottom = 2 * self._edge_px, self._height - 2 * self._edge_px
        right = left + length / pixel_mm
        self._line([(left, bottom), (right, bottom)])
        for end in (left, right):
            self._line([(end, bottom - self._text_px / 3), (end, bottom)])
        words = f"{length / 10:g} cm" if length >= 10 else f"{length:g} mm"
        self._write(((left + right) / 2, bottom - self._text_px / 2), words, "mb")

    def color_scale(self, color_map: ColorMap, low: float, high: float, unit: str) -> None:
        """Draw a column of colors near the right edge, with its ends and unit."""
        rows = max(16, self._height // 3)
        columns = max(4, self._text_px // 2)
        top, left = (self._height - rows) // 2, self._width - 3 * self._text_px - columns
        colors = map_colors(np.linspace(1, 0, rows), color_map)
        column = np.repeat(colors[:, None], columns, axis=1)
        self._picture.paste(PillowImage.fromarray(column), (left, top))
        middle = left + columns / 2
        self._write((middle, top - self._edge_px), f"{high:.3g} {unit}".rstrip(), "mb")
        self._write((middle, top + rows + self._edge_px), f"{low:.3g}", "mt")

    def _write(self, place: tuple[float, float], words: str, anchor: str) -> None:
        self._draw.text(
            place, words, fill=_ink(_GRAY), font=font(self._text_px), anchor=anchor,
            stroke_width=1, stroke_fill=_ink(_SHADE),
        )  # fmt: skip

    def _line(self, points: list[tuple[float, float]]) -> None:
        self._draw.line(points, fill=_ink(_SHADE), width=3)
        self._draw.line(points, fill=_ink(_GRAY), width=1)


def _ink(gray: int) -> tuple[int, int, int, int]:
    return gray, gray, gray, 255


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font of all marks."""
    return ImageFont.load_default(size_px)
