"""Watershed from seeds over a landscape of floats."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.blobs import N, rough
from benchmarks.task import Arrays, Contender, Task


def _make_input(shrink: int) -> Arrays:
    ndimage: Any = import_module("scipy.ndimage")

    heights = rough(N // shrink, 3)
    is_low = (ndimage.minimum_filter(heights, 9) == heights) & (heights < 0)
    seeds = ndimage.label(is_low, np.ones((3, 3, 3)))[0].astype(np.int32)
    truth = _prepare_skimage({"heights": heights, "seeds": seeds}, 1)()
    return {"heights": heights, "seeds": seeds, "truth": truth}


def _errors(result: NDArray[Any], arrays: Arrays) -> dict[str, float]:
    return {"voxels_differing": float((result != arrays["truth"]).mean())}


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.image import Image, Labels
    from diaphane.segment import watershed
    from diaphane.space import Grid
    from diaphane.units import Quantity

    grid = Grid.centered(arrays["heights"].shape, 1.0)
    image = Image(arrays["heights"], grid, Quantity.UNKNOWN)
    seeds = Labels(arrays["seeds"], grid)
    return lambda: watershed(image, seeds).values


def _prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    peer: Any = import_module("skimage.segmentation")
    return lambda: peer.watershed(arrays["heights"], arrays["seeds"])


def _prepare_itk(arrays: Arrays, threads: int) -> Callable[[], Any]:
    itk: Any = import_module("SimpleITK")
    itk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    heights, seeds = (itk.GetImageFromArray(arrays[name]) for name in ("heights", "seeds"))
    return lambda: itk.MorphologicalWatershedFromMarkers(heights, seeds, markWatershedLine=False)


def _finish_itk(image: Any) -> NDArray[Any]:
    itk: Any = import_module("SimpleITK")
    return itk.GetArrayFromImage(image)


TASK = Task(
    name="segment.watershed",
    title="watershed from seeds",
    conditions=(
        "256³ voxels of blurred noise in float32, hardly two of them equal; thousands of seeds at "
        "its minima, six neighbors, basins that touch. From heights and seeds in memory to labels "
        "in memory. Voxels are compared one by one with scikit-image's labels; SimpleITK floods "
        "what lies below the level reached in another order."
    ),
    make_input=_make_input,
    errors=_errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("skimage", "scikit-image", _prepare_skimage, np.asarray, bar=8),
        Contender("simpleitk", "simpleitk", _prepare_itk, _finish_itk, bar=8),
    ),
)
