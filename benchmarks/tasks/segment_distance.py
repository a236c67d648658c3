"""Exact distances in millimeters within a structure, on voxels that are not cubes."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.blobs import SPACING_MM, N, rough
from benchmarks.task import Arrays, Contender, Task


def _make_input(shrink: int) -> Arrays:
    ndimage: Any = import_module("scipy.ndimage")

    inside = rough(N // shrink, 6) > 0
    truth = ndimage.distance_transform_edt(inside, sampling=SPACING_MM)
    return {"inside": inside.astype(np.uint8), "truth": truth.astype(np.float64)}


def _errors(result: NDArray[np.float32], arrays: Arrays) -> dict[str, float]:
    return {"largest_mm": float(np.abs(result - arrays["truth"]).max())}


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.image import Labels
    from diaphane.segment import distance
    from diaphane.space import Grid

    labels = Labels(arrays["inside"], Grid.centered(arrays["inside"].shape, SPACING_MM))
    return lambda: distance(labels).values


def _prepare_scipy(arrays: Arrays, threads: int) -> Callable[[], Any]:
    ndimage: Any = import_module("scipy.ndimage")

    return lambda: ndimage.distance_transform_edt(arrays["inside"], sampling=SPACING_MM)


def _prepare_edt(arrays: Arrays, threads: int) -> Callable[[], Any]:
    edt: Any = import_module("edt")
    inside = arrays["inside"].astype(bool)
    return lambda: edt.edt(inside, anisotropy=SPACING_MM, black_border=False, parallel=threads)


def _prepare_itk(arrays: Arrays, threads: int) -> Callable[[], Any]:
    itk: Any = import_module("SimpleITK")
    itk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    image = itk.GetImageFromArray(1 - arrays["inside"])
    image.SetSpacing(SPACING_MM[::-1])
    return lambda: itk.DanielssonDistanceMap(image, useImageSpacing=True)


def _finish_itk(image: Any) -> NDArray[np.float32]:
    itk: Any = import_module("SimpleITK")
    return itk.GetArrayFromImage(image)


TASK = Task(
    name="segment.distance",
    title="exact distances within a structure",
    conditions=(
        "256³ voxels of 2 × 1 × 0.7 mm, half of them inside a structure of round blobs; distances "
        "in mm to the nearest voxel outside. From a mask in memory to distances in memory. The "
        "truth is SciPy's, whose answer is exact in float64. `edt` is under the LGPL and "
        "serves as a peer only. SimpleITK's Danielsson map is approximate by design."
    ),
    make_input=_make_input,
    errors=_errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("scipy", "scipy", _prepare_scipy, np.asarray, bar=4),
        Contender("edt", "edt", _prepare_edt, np.asarray, bar=1),
        Contender("simpleitk", "simpleitk", _prepare_itk, _finish_itk, bar=4),
    ),
)
