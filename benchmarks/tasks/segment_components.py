"""Connected parts of a structure, numbered from the largest."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.blobs import N, differing, rough
from benchmarks.task import Arrays, Contender, Task


def _make_input(shrink: int) -> Arrays:
    ndimage: Any = import_module("scipy.ndimage")

    inside = rough(N // shrink, 2) > 0.02
    truth = ndimage.label(inside, np.ones((3, 3, 3)))[0]
    return {"inside": inside.astype(np.uint8), "truth": truth}


def _errors(result: NDArray[Any], arrays: Arrays) -> dict[str, float]:
    return {"voxels_differing": differing(result, arrays["truth"])}


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.segment.regions.connecting import connect

    return lambda: connect(arrays["inside"], 26)[0]


def _prepare_scipy(arrays: Arrays, threads: int) -> Callable[[], Any]:
    ndimage: Any = import_module("scipy.ndimage")

    return lambda: ndimage.label(arrays["inside"], np.ones((3, 3, 3)))[0]


def _prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    measure: Any = import_module("skimage.measure")
    return lambda: measure.label(arrays["inside"], connectivity=3)


def _prepare_itk(arrays: Arrays, threads: int) -> Callable[[], Any]:
    itk: Any = import_module("SimpleITK")
    itk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    image = itk.GetImageFromArray(arrays["inside"])
    return lambda: itk.ConnectedComponent(image, True)


def _finish_itk(image: Any) -> NDArray[Any]:
    itk: Any = import_module("SimpleITK")
    return itk.GetArrayFromImage(image)


TASK = Task(
    name="segment.components",
    title="connected parts across faces, edges and corners",
    conditions=(
        "256³ voxels, a structure of some hundred round blobs. From a mask in memory to the "
        "number of each voxel's part; numbers may differ, parts may not. Ours is the library "
        "connected-components-3d, which all of Diaphane calls in one place; sorting by size, "
        "which the peers do not do, is left out."
    ),
    make_input=_make_input,
    errors=_errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("scipy", "scipy", _prepare_scipy, np.asarray, bar=3),
        Contender("skimage", "scikit-image", _prepare_skimage, np.asarray, bar=3),
        Contender("simpleitk", "simpleitk", _prepare_itk, _finish_itk, bar=2),
    ),
)
