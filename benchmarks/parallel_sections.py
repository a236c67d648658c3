"""What the tasks with parallel views of a head have in common: input, and how peers do it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sections import head, options_of, sinogram, truth_of, wrong_by
from benchmarks.task import Arrays

_VIEWS, _COLUMNS, _PIXELS = 720, 729, 513


def make_input(shrink: int, n_slices: int) -> Arrays:
    """Return a sinogram, the factors of the slices, the angles, and the truth of one slice."""
    from diaphane.ct import Detector, ParallelBeam

    n_views, n_columns, n_pixels = _VIEWS // shrink, _COLUMNS // shrink | 1, _PIXELS // shrink | 1
    body = head(shrink)
    angles = np.arange(n_views) * np.pi / n_views
    beam = ParallelBeam(angles, Detector(1, n_columns, 1.0, 1.0))
    factors = np.linspace(1, 2, n_slices, dtype=np.float32)
    views = sinogram(body, beam)[:, None] * factors[:, None]
    return {"views": views, "factors": factors, "angles": angles, "truth": truth_of(body, n_pixels)}


def errors(result: NDArray[np.float32], arrays: Arrays) -> dict[str, float]:
    """Return the error of all slices, each divided by its factor."""
    return wrong_by(result / arrays["factors"][:, None, None], arrays["truth"])


def scan_of(arrays: Arrays) -> Any:
    """Return our scan."""
    from diaphane.ct import Detector, ParallelBeam, ParallelScan
    from diaphane.units import Quantity

    views = arrays["views"]
    _, n_slices, n_columns = views.shape
    beam = ParallelBeam(arrays["angles"], Detector(n_slices, n_columns, 1.0, 1.0))
    return ParallelScan(views, beam, Quantity.LINE_INTEGRAL)


def prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Reconstruct all slices at once."""
    from diaphane.ct import fbp

    scan = scan_of(arrays)
    grid = options_of(len(arrays["truth"]), len(arrays["factors"]))
    return lambda: fbp(scan, grid=grid, window="ram-lak").values


def prepare_astra(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Call ASTRA's FBP on the processor slice by slice: it knows no other way there."""
    astra: Any = import_module("astra")
    views, n = arrays["views"], len(arrays["truth"])
    volume = astra.create_vol_geom(n, n)
    rays = astra.create_proj_geom("parallel", 1.0, views.shape[2], -arrays["angles"])
    projector = astra.create_projector("linear", rays, volume)
    data, picture = astra.data2d.create("-sino", rays), astra.data2d.create("-vol", volume)
    settings = astra.astra_dict("FBP")
    settings["ProjectorId"], settings["ProjectionDataId"] = projector, data
    settings["ReconstructionDataId"] = picture
    settings["option"] = {"FilterType": "ram-lak"}
    fbp = astra.algorithm.create(settings)

    def run() -> Any:
        slices = np.empty((views.shape[1], n, n), np.float32)
        for z in range(len(slices)):
            astra.data2d.store(data, views[:, z])
            astra.algorithm.run(fbp)
            slices[z] = astra.data2d.get(picture)
        return slices

    return run


def prepare_algotom(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Call algotom's FBP; it fills a square as wide as the detector."""
    reconstruction: Any = import_module("algotom.rec.reconstruction")
    views, angles = arrays["views"], -arrays["angles"]
    center = (views.shape[2] - 1) / 2

    def run() -> Any:
        return reconstruction.fbp_reconstruction(
            views, center, angles=angles, filter_name=None, apply_log=False, gpu=False,
            ncore=threads,
        )  # fmt: skip

    def run_one() -> Any:
        return reconstruction.fbp_reconstruction(
            views[:, 0], center, angles=angles, filter_name=None, apply_log=False, gpu=False,
            ncore=threads,
        )  # fmt: skip

    return run if views.shape[1] > 1 else run_one


def finish_algotom(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the middle of algotom's squares, slices first."""
    slices = np.moveaxis(picture, 1, 0) if picture.ndim == 3 else picture[None]
    n_pixels = _PIXELS // max(1, round(_COLUMNS / slices.shape[-1])) | 1
    margin = (slices.shape[-1] - n_pixels) // 2
    return slices[:, margin:-margin, margin:-margin]


def prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    """Call scikit-image's iradon slice by slice, with linear interpolation."""
    transform: Any = import_module("skimage.transform")
    views, n = arrays["views"], len(arrays["truth"])
    theta = -np.rad2deg(arrays["angles"])

    def run() -> Any:
        return np.stack([
            transform.iradon(sinogram.T, theta=theta, output_size=n, filter_name="ramp")
            for sinogram in np.moveaxis(views, 1, 0)
        ])  # fmt: skip

    return run
