"""Otsu's threshold of a byte picture, against OpenCV, scikit-image and SimpleITK."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.task import Arrays, Contender, Task
from benchmarks.threshold_pictures import fundus, image_of, percent_unlike

_CALLS = 200


def _repeated(job: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        for _ in range(_CALLS - 1):
            job()
        return job()

    return run


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.notices import unheard
    from diaphane.segment import otsu

    image = image_of(arrays["picture"])

    def run() -> Any:
        with unheard():
            return otsu(image).values[0]

    return _repeated(run)


def _prepare_opencv(arrays: Arrays, threads: int) -> Callable[[], Any]:
    cv2: Any = import_module("cv2")
    cv2.setNumThreads(threads)
    picture = arrays["picture"]
    return _repeated(lambda: cv2.threshold(picture, 0, 1, cv2.THRESH_OTSU)[1])


def _prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    filters: Any = import_module("skimage.filters")
    picture = arrays["picture"]
    return _repeated(lambda: picture > filters.threshold_otsu(picture))


def _prepare_simpleitk(arrays: Arrays, threads: int) -> Callable[[], Any]:
    itk: Any = import_module("SimpleITK")
    picture = itk.GetImageFromArray(arrays["picture"])
    return _repeated(lambda: itk.GetArrayFromImage(itk.OtsuThreshold(picture, 0, 1, 256)))


def _truth(arrays: Arrays) -> Any:
    """Return the picture above the gray level at which the plain formula is largest."""
    picture = arrays["picture"]
    counts = np.bincount(picture.reshape(-1), minlength=256).astype(np.float64)
    n, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (sums[-1] * n / n[-1] - sums) ** 2 / (n * (n[-1] - n))
    return picture > np.nanargmax(between)


TASK = Task(
    name="segment.otsu",
    title="Otsu's threshold of a byte picture",
    conditions=(
        f"565 × 584 bytes like a photograph of the retina, {_CALLS} times: threshold and mask, "
        "our record of how it was made included."
    ),
    make_input=fundus,
    errors=lambda result, arrays: percent_unlike(result, _truth(arrays)),
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("opencv", "opencv-python-headless", _prepare_opencv, np.asarray, bar=0.5),
        Contender("scikit-image", "scikit-image", _prepare_skimage, np.asarray, bar=3),
        Contender("simpleitk", "simpleitk", _prepare_simpleitk, np.asarray, bar=3),
    ),
)
