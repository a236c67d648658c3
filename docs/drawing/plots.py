"""One look for all plots and rows of pictures."""

from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image as Pillow

from docs.drawing.svg import ACCENT, GROUND, INK, PICTURES, QUIET, SECOND

THIRD = "#009e73"
FOURTH = "#cc79a7"
COLORS = (ACCENT, SECOND, THIRD, FOURTH, QUIET)

STYLE = {
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "font.size": 10,
    "font.family": ["DejaVu Sans"],
    "svg.fonttype": "none",
    "svg.hashsalt": "diaphane",
}


def figure(n_plots: int = 1, width: float = 7.0, height: float = 3.6) -> tuple[Figure, list[Axes]]:
    """Return a figure with plots side by side."""
    plt.rcParams.update(STYLE)
    made, axes = plt.subplots(1, n_plots, figsize=(width, height), layout="constrained")
    return made, list(np.atleast_1d(axes))


def save_svg(made: Figure, name: str) -> None:
    """Write a figure among the pictures."""
    made.savefig(PICTURES / f"{name}.svg", metadata={"Date": None})
    plt.close(made)


def row_of(
    name: str,
    images: list[np.ndarray],
    words: list[str],
    window: tuple[float, float],
    *,
    per_row: int = 4,
) -> None:
    """Write slices beside one another, on one scale of grays, with words below each."""
    rows = -(-len(images) // per_row)
    plt.rcParams.update(STYLE)
    aspect = images[0].shape[0] / images[0].shape[1]
    lines = max(word.count("\n") + 1 for word in words)
    height = 2.1 * aspect + 0.15 + 0.18 * lines
    made, axes = plt.subplots(
        rows, per_row, figsize=(2.1 * per_row, rows * height), layout="constrained"
    )
    for ax in np.ravel(axes):
        ax.axis("off")
        ax.set_anchor("N")
    for ax, values, word in zip(np.ravel(axes), images, words):
        ax.imshow(values, cmap="gray", vmin=window[0], vmax=window[1], interpolation="nearest")
        ax.text(
            0.5, -0.04, word, transform=ax.transAxes, ha="center", va="top", fontsize=9, color=INK
        )
    path = PICTURES / f"{name}.png"
    made.savefig(path, dpi=100)
    plt.close(made)
    smaller(path)


def smaller(path: Path, colors: int = 128) -> None:
    """Write a PNG again with few colors: gray pictures lose nothing that an eye sees."""
    with Pillow.open(path) as picture:
        few = picture.convert("RGB").quantize(colors, dither=Pillow.Dither.NONE)
    few.save(path, optimize=True)
