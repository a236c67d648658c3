"""What the windows of the ramp filter let pass, and what they do to a disc and to noise."""

import typing

import numpy as np

from diaphane import ct, phantom, quality
from diaphane.ct.analytic.ramp import ramp_response
from diaphane.ct.analytic.windows import Window
from diaphane.image import Image, Quantity
from docs.drawing.plots import COLORS, figure, row_of, save_svg

SHOWN = ("ram-lak", "shepp-logan", "cosine", "hann")
RADIUS_MM, PIXEL_MM = 40.0, 0.5


def draw() -> None:
    """Draw the responses, the pictures, and print the table of all windows."""
    responses()
    pictures()
    for window in typing.get_args(Window):
        print("| `{}` | {} | {} |".format(window, *_figures(window, 1.0)))


def responses() -> None:
    """Draw the ramp with its windows, and with a lower cutoff."""
    made, (sharp, cut) = figure(2)
    length = 1024
    x = np.linspace(0, 1, length // 2 + 1)
    for ax, cases in (
        (sharp, [(w, 1.0) for w in SHOWN]),
        (cut, [("hann", c) for c in (1.0, 0.7, 0.4)]),
    ):
        for (window, cutoff), color in zip(cases, COLORS):
            y = ramp_response(length, window=window, cutoff=cutoff)
            ax.plot(x, y, color=color, lw=1.8)
            at = int(np.argmax(y)) if window != "ram-lak" else int(0.82 * len(x))
            word = window if ax is sharp else f"cutoff = {cutoff:g}"
            side = {"xytext": (4, 3), "ha": "left"}
            if ax is sharp:
                side = {"xytext": (-4, 5), "ha": "right"}
            ax.annotate(word, (x[at], y[at]), color=color, textcoords="offset points", **side)
        ax.set(xlabel="frequency / Nyquist", ylim=(0, 0.53), xlim=(0, 1.02))
        ax.set_xticks([0, 0.5, 1])
        ax.set_yticks([0, 0.25, 0.5])
    sharp.set_ylabel("what the filter multiplies by")
    sharp.set_title("windows", fontsize=10)
    cut.set_title("hann, lower cutoff", fontsize=10)
    save_svg(made, "filters-responses")


def pictures() -> None:
    """Draw the same noisy disc through four filters."""
    cases: list[tuple[Window, float]] = [
        ("ram-lak", 1.0), ("cosine", 1.0), ("hann", 1.0), ("hann", 0.5),
    ]  # fmt: skip
    images, words = [], []
    for window, cutoff in cases:
        noise_hu, edge = _figures(window, cutoff)
        values = _disc(window, cutoff, photons=40_000).values[0]
        images.append(values[20:130, 110:220])
        name = window if cutoff == 1 else f"{window}, cutoff {cutoff:g}"
        words.append(f"{name}\nnoise {noise_hu} HU\n10 % contrast: {edge} /mm")
    row_of("filters-disc", images, words, (-300, 200))


def _figures(window: Window, cutoff: float) -> tuple[str, str]:
    """Return the noise in the disc and the frequency at which 10 % of the contrast is left."""
    noisy = _disc(window, cutoff, photons=40_000)
    noise = quality.noise(noisy, center_mm=(0.0, 0.0, 0.0), radius_mm=15.0)
    clean = _disc(window, cutoff, photons=None)
    curve = quality.mtf_disc(
        clean, center_mm=(0.0, 0.0, 0.0), radius_mm=RADIUS_MM, reach_mm=8.0
    )  # fmt: skip
    edge = quality.falls_to(curve, level=0.1).value
    nyquist = 1 / (2 * PIXEL_MM)
    return f"{noise.value:.0f}", f"{edge:.2f}" if edge < nyquist else f"above {nyquist:.2f}"


def _disc(window: Window, cutoff: float, photons: float | None) -> Image:
    """Return a slice in HU through a cylinder of water, 80 mm wide."""
    detector = ct.Detector(1, 201, PIXEL_MM, PIXEL_MM)
    beam = ct.ParallelBeam(np.linspace(0, np.pi, 360, endpoint=False), detector)
    body = phantom.water_cylinder(radius_mm=RADIUS_MM, inserts="none")
    scan = phantom.scan(body, beam, photons=photons, subrays=3, seed=4)
    grid = {"voxel_mm": 0.25, "shape": [1, 380, 380]}
    image = ct.fbp(ct.line_integrals(scan), window=window, cutoff=cutoff, grid=grid)
    values = 1000 * (image.values / phantom.WATER_PER_MM - 1)
    return Image(values.astype(np.float32), image.grid, Quantity.HOUNSFIELD)
