"""Six thresholds of one slice of a simulated head: the histogram, the value, the mask."""

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from diaphane import ct, phantom, render, segment
from diaphane.image import Image
from diaphane.segment.thresholding.methods import Method
from diaphane.space import Grid
from docs.drawing.plots import smaller
from docs.drawing.svg import GROUND, INK, PICTURES

METHODS: tuple[Method, ...] = (
    "otsu", "li", "isodata", "minimum_error", "maximum_entropy", "mean",
)  # fmt: skip
PLOT_PX = 300
SIDE_PX = 135
GAP_PX = 10


def draw() -> None:
    """Draw masks beside histograms, two in a row."""
    image = _head()
    width, height = SIDE_PX + PLOT_PX + 2 * GAP_PX, SIDE_PX + 26
    page = Pillow.new("RGB", (2 * width, -(-len(METHODS) // 2) * height), GROUND)
    pen, letters = ImageDraw.Draw(page), ImageFont.load_default(13)
    for k, method in enumerate(METHODS):
        left, top = k % 2 * width + GAP_PX, k // 2 * height + 22
        mask = segment.threshold(image, method=method).values[0]
        shown = Pillow.fromarray(np.where(mask, np.uint8(210), np.uint8(0)))
        page.paste(shown.resize((SIDE_PX, SIDE_PX), Pillow.Resampling.NEAREST), (left, top))
        plot = render.histogram(
            segment.histogram(image, method=method), counts="log", width_px=PLOT_PX
        )
        page.paste(Pillow.fromarray(np.asarray(plot.pixels)), (left + SIDE_PX + GAP_PX, top))
        pen.text((left, top - 8), method, INK, letters, anchor="ls")
    path = PICTURES / "thresholds-methods.png"
    page.save(path)
    smaller(path, 64)


def _head() -> Image:
    """Return a slice in HU with noise."""
    grid = Grid.centered((1, 135, 135), (2.0, 1.8, 1.8), center_mm=(0.0, 0.0, 10.0))
    clean = ct.hounsfield(phantom.voxelize(phantom.head(), grid))
    noise = np.random.default_rng(0).normal(0, 40, grid.shape)
    return Image((clean.values + noise).astype(np.float32), grid, clean.quantity)
