"""The step that draws a histogram: how often each value occurs, and where its thresholds lie."""

from typing import Annotated, Literal

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from diaphane.arrays import ByteArray, DoubleArray
from diaphane.image import Histogram, Picture
from diaphane.options import Range
from diaphane.render.marks import font
from diaphane.step import step

_GROUND, _BARS, _QUIET, _ACCENT = (20, 20, 20), (112, 112, 112), (168, 168, 168), (240, 160, 48)
_ASPECT = 0.45
_MOST_TICKS = 5
_ROWS = 3
"""Words of neighboring thresholds are written on so many lines, so that they do not meet."""


@step(version=1)
def histogram(
    histogram: Histogram,
    *,
    counts: Literal["linear", "log"] = "linear",
    width_px: Annotated[int, Range(240, 4096, scale="log")] = 640,
) -> Picture:
    """Return the picture of a histogram with its thresholds.

    Values run from left to right, from the first edge to the last; thresholds are amber lines
    with their values above.

    Parameters
    ----------
    histogram : Histogram
        With thresholds marked, or without.
    counts : {"linear", "log"}
        Whether heights stand for counts or for their logarithm, ln(1 + count), which shows small
        groups beside large ones.
    width_px : int
        How wide the picture is; its height is 0.45 times as much.

    Returns
    -------
    Picture
        Red, green and blue on a dark ground. Each column of pixels shows the counts that fall
        into it, bins divided evenly where they are wider.
    """
    page = _Page(width_px)
    low, high = float(histogram.edges[0]), float(histogram.edges[-1])
    page.bars(_heights(histogram, page.columns, counts))
    page.ticks(_round_values(low, high), low, high, histogram.unit)
    inside = [t for t in histogram.thresholds if low <= t <= high]
    page.thresholds(inside, low, high, histogram.unit)
    return Picture(page.pixels)


def _heights(histogram: Histogram, columns: int, counts: Literal["linear", "log"]) -> DoubleArray:
    """Return how high each column stands, 0…1."""
    below = np.concatenate([[0.0], np.cumsum(histogram.counts)])
    borders = np.linspace(histogram.edges[0], histogram.edges[-1], columns + 1)
    within = np.maximum(np.diff(np.interp(borders, histogram.edges, below)), 0)
    heights = np.log1p(within) if counts == "log" else within
    return heights / max(float(heights.max()), 1e-300)


def _round_values(low: float, high: float) -> list[float]:
    """Return a few round numbers, 1, 2 or 5 times a power of ten apart, between two others."""
    power = 10.0 ** np.floor(np.log10((high - low) / _MOST_TICKS))
    apart = next(m * power for m in (1, 2, 5, 10) if (high - low) / (m * power) <= _MOST_TICKS)
    first = int(np.ceil(low / apart))
    return [k * apart for k in range(first, int(np.floor(high / apart)) + 1)]


def _words(value: float, digits: int, unit: str) -> str:
    return f"{value:.{digits}g} {unit}".rstrip()


class _Page:
    """Pillow's page while a histogram is drawn."""

    def __init__(self, width: int) -> None:
        height = round(_ASPECT * width)
        self._text_px = max(10, width // 46)
        self._left, self._right = 2 * self._text_px, width - 3 * self._text_px
        self._top, self._bottom = (_ROWS + 1) * self._text_px, height - 3 * self._text_px
        self.columns = self._right - self._left
        self._picture = PillowImage.new("RGB", (width, height), _GROUND)
        self._draw = ImageDraw.Draw(self._picture)
        self._font = font(self._text_px)

    @property
    def pixels(self) -> ByteArray:
        """What was drawn: shape (rows, columns, 3)."""
        return np.array(self._picture)

    def bars(self, heights: DoubleArray) -> None:
        """Fill each column from the ground line up."""
        tops = self._bottom - np.rint(heights * (self._bottom - self._top)).astype(int)
        for k in np.flatnonzero(heights):
            x = self._left + int(k)
            self._draw.line([(x, int(tops[k])), (x, self._bottom)], fill=_BARS)

    def ticks(self, values: list[float], low: float, high: float, unit: str) -> None:
        """Write round values below, the last with the unit."""
        for value in values:
            x = self._place(value, low, high)
            self._draw.line([(x, self._bottom), (x, self._bottom + self._text_px // 3)], _QUIET)
            words = _words(value, 6, unit if value == values[-1] else "")
            self._draw.text(
                (x, self._bottom + self._text_px), words, _QUIET, self._font, anchor="mt"
            )

    def thresholds(self, values: list[float], low: float, high: float, unit: str) -> None:
        """Draw lines in amber and write their values above, on lines that do not meet."""
        ends = [-1.0] * _ROWS
        for value in values:
            x = self._place(value, low, high)
            words = _words(value, 4, unit)
            half = self._draw.textlength(words, self._font) / 2
            free = [k for k in range(_ROWS) if ends[k] < x - half]
            row = free[0] if free else int(np.argmin(ends))
            ends[row] = x + half + self._text_px / 2
            bottom = self._top - self._text_px // 3 - row * self._text_px
            self._draw.line(
                [(x, bottom + 3), (x, self._bottom)], _ACCENT, max(1, self._text_px // 7)
            )
            self._draw.text((x, bottom), words, _ACCENT, self._font, anchor="mb")

    def _place(self, value: float, low: float, high: float) -> int:
        return self._left + round((value - low) / (high - low) * (self.columns - 1))
