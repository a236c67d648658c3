"""What iterations do to few and noisy views of a head, beside filtered backprojection."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from diaphane import ct, phantom
from diaphane.image import Image
from docs.drawing.plots import ACCENT, INK, QUIET, SECOND, THIRD, figure, row_of, save_svg

GRID = {"voxel_mm": 1.2, "shape": [1, 200, 200]}
WINDOW = (0.013, 0.027)


def draw() -> None:
    """Draw the pictures and the curve of errors."""
    few, _ = _scan(60, 50_000)
    many, many_counts = _scan(360, 3_000)
    truth = _truth(few)
    cases: list[tuple[str, Image]] = [
        ("60 views: fbp, hann", ct.fbp(few, window="hann", grid=GRID)),
        ("sirt, 5 steps", ct.sirt(few, grid=GRID, iterations=5)),
        ("sirt, 100 steps", ct.sirt(few, grid=GRID, iterations=100)),
        ("tv, 200 steps", ct.tv(few, grid=GRID, iterations=200, strength_per_mm=0.005)),
        ("3000 photons: fbp, hann", ct.fbp(many, window="hann", grid=GRID)),
        ("cgls, 8 steps", ct.cgls(many, grid=GRID, iterations=8)),
        ("cgls, 20 steps", ct.cgls(many, grid=GRID, iterations=20)),
        ("pwls, counts as weights", ct.pwls(many, many_counts, grid=GRID, strength=1.0)),
    ]
    words = [f"{name}\nerror {_error_hu(image, truth):.0f} HU" for name, image in cases]
    row_of("iterations-head", [image.values[0] for _, image in cases], words, WINDOW)
    curves(many, truth)


def curves(scan: ct.ParallelScan, truth: np.ndarray) -> None:
    """Draw how the error falls and, where nothing holds the noise, rises again."""
    made, (ax,) = figure(1, 6.0)
    steps = [1, 2, 3, 4, 6, 8, 11, 15, 20, 30, 45, 70, 100]
    methods: list[tuple[str, Callable[[int], Image], int, str]] = [
        ("cgls", lambda n: ct.cgls(scan, grid=GRID, iterations=n), 20, SECOND),
        ("sirt", lambda n: ct.sirt(scan, grid=GRID, iterations=n), 100, ACCENT),
        ("tv", lambda n: ct.tv(scan, grid=GRID, iterations=n, strength_per_mm=0.005), 100, THIRD),
    ]
    for name, method, most, color in methods:
        taken = [n for n in steps if n <= most]
        errors = [_error_hu(method(n), truth) for n in taken]
        ax.plot(taken, errors, color=color, lw=1.8)
        ax.annotate(name, (taken[-1], min(errors[-1], 580)), (6, -3), textcoords="offset points",
                    color=color)  # fmt: skip
    level = _error_hu(ct.fbp(scan, window="hann", grid=GRID), truth)
    ax.axhline(level, color=QUIET, lw=1, ls="--")
    ax.annotate("fbp, hann", (1, level), (0, 4), textcoords="offset points", color=QUIET)
    ax.set(xscale="log", xlabel="steps", ylabel="error in soft tissue, HU", xlim=(0.9, 160))
    ax.set_ylim(0, 600)
    ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    ax.minorticks_off()
    ax.yaxis.label.set_color(INK)
    save_svg(made, "iterations-error")


def _scan(n_views: int, photons: float) -> tuple[ct.ParallelScan, ct.ParallelScan]:
    """Return line integrals and counts of one slice of the head."""
    detector = ct.Detector(1, 261, 1.0, 1.0)
    beam = ct.ParallelBeam(np.linspace(0, np.pi, n_views, endpoint=False), detector)
    counts = phantom.scan(phantom.head(), beam, photons=photons, subrays=2, seed=7)
    return ct.line_integrals(counts), counts


def _truth(scan: ct.ParallelScan) -> np.ndarray:
    """Return the head's own attenuation on the pictures' grid."""
    return phantom.voxelize(phantom.head(), ct.fbp(scan, grid=GRID).grid).values[0]


def _error_hu(image: Image, truth: np.ndarray) -> float:
    """Return the root mean square error in soft tissue, 2 voxels from all else, in HU."""
    relative = truth / phantom.WATER_PER_MM
    inside = ndimage.binary_erosion((relative > 0.95) & (relative < 1.1), iterations=2)
    error = (image.values[0] - truth)[inside]
    return 1000 * float(np.sqrt(np.mean(error**2))) / phantom.WATER_PER_MM
