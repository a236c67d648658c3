"""Five classes of a byte picture by Otsu's criterion, against scikit-image and SimpleITK."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import Arrays, Contender, Task
from benchmarks.threshold_pictures import fundus, image_of

_CLASSES = 5


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.segment import histogram

    image = image_of(arrays["picture"])
    return lambda: histogram(image, method="multi_otsu", classes=_CLASSES).thresholds


def _prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    filters: Any = import_module("skimage.filters")
    return lambda: filters.threshold_multiotsu(arrays["picture"], _CLASSES)


def _errors(result: NDArray[np.float32], arrays: Arrays) -> dict[str, float]:
    """Return which share of the spread stays within the classes."""
    picture = arrays["picture"].astype(np.float64)
    classes = np.digitize(picture, result, right=True)
    within = sum(((picture[classes == k] - picture[classes == k].mean()) ** 2).sum()
                 for k in np.unique(classes))  # fmt: skip
    return {"spread left within the classes, %": 100 * within / (picture.var() * picture.size)}


TASK = Task(
    name="segment.multi_otsu",
    title="five classes of a byte picture by Otsu's criterion",
    conditions=(
        "565 × 584 bytes like a photograph of the retina, 256 bins: the four thresholds, counting "
        "included. scikit-image adds in float32 and may miss the best by a gray level."
    ),
    make_input=fundus,
    errors=_errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(Contender("scikit-image", "scikit-image", _prepare_skimage, np.asarray, bar=100),),
)
