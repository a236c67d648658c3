"""How far each reconstruction is from the truth after so many processor seconds, as a picture.

``python -m benchmarks.time_to_error docs/pictures/time-to-error.svg`` measures and draws it.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import plane_projection as plane
from benchmarks.sections import options_of, truth_of, wrong_by

_PIXELS, _COLUMNS = 256, 367
_SUBRAYS = (-0.4, -0.2, 0.0, 0.2, 0.4)
_STEPS = (1, 2, 4, 8, 16, 32, 64, 128)
_MOST_S = 3.0  # a method's curve ends with the first call that takes longer
_WINDOWS: tuple[tuple[Any, float], ...] = (
    ("ram-lak", 1.0),
    ("shepp-logan", 1.0),
    ("hann", 1.0),
    ("hann", 0.7),
    ("hann", 0.5),
)


@dataclass(frozen=True)
class Case:
    """What was measured of the head."""

    title: str
    """In a few words."""
    n_views: int
    """Parallel views over half a turn."""
    photons: float
    """How many leave the source for a ray; 0 for none of their noise."""
    strength_per_mm: float
    """Of total variation: about the deviation of a voxel that is taken for noise."""
    strength: float
    """Of the penalty of PWLS."""


CASES = (
    Case("40 views", 40, 0, 1.5e-3, 2.0),
    Case("360 views, 20 000 photons a ray", 360, 2e4, 1.5e-3, 2.0),
    Case("360 views", 360, 0, 1e-3, 2.0),
)

_COLORS = {
    "FBP": "#111111",
    "SIRT": "#0072B2",
    "OS-SART": "#56B4E9",
    "CGLS": "#009E73",
    "PWLS": "#CC79A7",
    "TV": "#D55E00",
}


def scans_of(case: Case, seed: int) -> tuple[Any, Any]:
    """Return line integrals and, where there is noise, the counts that they came from."""
    from diaphane.ct import Detector, ParallelBeam, ParallelScan
    from diaphane.units import Quantity

    angles = np.arange(case.n_views) * np.pi / case.n_views
    beam = ParallelBeam(angles, Detector(1, _COLUMNS, 1.0, 1.0))
    body = plane.head(1)
    rays = [plane.sinogram(body, plane.shifted(beam, part)) for part in _SUBRAYS]
    views = np.stack(rays).mean(axis=0, dtype=np.float64)[:, None]
    if not case.photons:
        return ParallelScan(views.astype(np.float32), beam, Quantity.LINE_INTEGRAL), None
    drawn = np.random.default_rng(seed).poisson(case.photons * np.exp(-views))
    counts = np.maximum(drawn, 0.5).astype(np.float32)
    integrals = np.log(np.float32(case.photons) / counts)
    return (
        ParallelScan(integrals, beam, Quantity.LINE_INTEGRAL),
        ParallelScan(counts, beam, Quantity.COUNTS),
    )


def methods_of(case: Case, seed: int) -> dict[str, Callable[[int], Any]]:
    """Return what reconstructs the case in so many iterations, by name; all but FBP."""
    from diaphane import ct

    scan, counts = scans_of(case, seed)
    grid = options_of(_PIXELS)
    return {
        "SIRT": lambda n: ct.sirt(scan, grid=grid, iterations=n),
        "OS-SART": lambda n: ct.os_sart(scan, grid=grid, iterations=n),
        "CGLS": lambda n: ct.cgls(scan, counts, grid=grid, iterations=n),
        "PWLS": lambda n: ct.pwls(scan, counts, grid=grid, iterations=n, strength=case.strength),
        "TV": lambda n: ct.tv(
            scan, counts, grid=grid, iterations=n, strength_per_mm=case.strength_per_mm
        ),
    }


def fbp_jobs(case: Case, seed: int) -> list[Callable[[], Any]]:
    """Return FBP by each window and cutoff."""
    from diaphane.ct import fbp_gridded

    (scan, _), grid = scans_of(case, seed), options_of(_PIXELS)
    return [
        lambda window=window, cutoff=cutoff: fbp_gridded(
            scan, grid=grid, window=window, cutoff=cutoff
        )
        for window, cutoff in _WINDOWS
    ]


def curve(method: Callable[[int], Any], truth: Any) -> list[tuple[float, float]]:
    """Return processor seconds of a whole call, and its error in HU, for more and more steps."""
    method(1)  # compiles
    points = []
    for n in _STEPS:
        points.append(point(lambda n=n: method(n), truth))
        if points[-1][0] > _MOST_S:
            break
    return points


def point(job: Callable[[], Any], truth: Any) -> tuple[float, float]:
    """Return the median of three calls' processor seconds, and the error in HU."""
    seconds, image = [], None
    for _ in range(3):
        begin = time.process_time()
        image = job()
        seconds.append(time.process_time() - begin)
        if seconds[-1] > 1:
            break
    assert image is not None
    return median(seconds), wrong_by(image.values[0], truth)["RMSE, HU"]


def measure(case: Case, seed: int = 1) -> dict[str, list[tuple[float, float]]]:
    """Return the curve of each method; FBP is one point, of the window that suits it best."""
    truth = truth_of(plane.head(1), _PIXELS)
    jobs = fbp_jobs(case, seed)
    jobs[0]()  # compiles
    best = min((point(job, truth) for job in jobs), key=lambda p: p[1])
    curves = {"FBP": [best]}
    for name, method in methods_of(case, seed).items():
        curves[name] = curve(method, truth)
        print(case.title, name, *(f"{s:.2f} s {hu:.1f} HU" for s, hu in curves[name]), sep="  ")
    return curves


def draw(measured: dict[str, dict[str, list[tuple[float, float]]]], file: Path) -> None:
    """Draw one panel a case, each curve with its name at its end."""
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter, ScalarFormatter

    mpl.rcParams.update({"font.family": "sans-serif", "svg.fonttype": "path"})
    figure = Figure(figsize=(12, 4.4), layout="constrained")
    panels = figure.subplots(1, len(measured))
    for axes, (title, curves) in zip(panels, measured.items()):
        axes.set(xscale="log", yscale="log", title=title, xlabel="processor seconds, whole call")
        axes.spines[["top", "right"]].set_visible(False)
        for name, points in curves.items():
            seconds, errors = np.transpose(points)
            color = _COLORS[name]
            axes.plot(seconds, errors, color=color, marker="o", markersize=4, linewidth=1.4)
            axes.annotate(
                name, (seconds[-1], errors[-1]), xytext=(6, 0), textcoords="offset points",
                color=color, va="center", fontsize=10,
            )  # fmt: skip
        axes.axhline(curves["FBP"][0][1], color="#999999", linewidth=0.8, linestyle=":")
        axes.margins(x=0.16)
        axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.yaxis.set_minor_formatter(NullFormatter())
    panels[0].set_ylabel("root mean square error, HU")
    figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=110)


def main() -> None:
    """Measure all cases and draw them."""
    parser = argparse.ArgumentParser("python -m benchmarks.time_to_error", description=__doc__)
    parser.add_argument("file", type=Path, help="the picture to write, .svg or .png")
    file: Path = parser.parse_args().file
    draw({case.title: measure(case) for case in CASES}, file)


if __name__ == "__main__":
    main()
