"""Sauvola's local threshold of a large picture, against boxes of OpenCV and scikit-image."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.task import Arrays, Contender, Task
from benchmarks.threshold_pictures import image_of, percent_unlike

_WINDOW, _K, _FULL = 25, 0.2, 100.0


def _make_input(shrink: int) -> Arrays:
    n = 2048 // shrink
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:n, :n]
    levels = 120 + 60 * np.sin(x / 300) - 90 * (np.abs(np.sin(x / 31 + y / 57)) < 0.15)
    picture = (levels + rng.normal(0, 9, levels.shape)).clip(0, 255).astype(np.float32)
    return {"picture": picture, "truth": _plain(picture)}


def _plain(picture: Any) -> Any:
    """Return the mask by sums in float64."""
    half = _WINDOW // 2
    wide = np.pad(picture.astype(np.float64), half, mode="reflect")

    def box(values: Any) -> Any:
        table = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        w = _WINDOW
        return (table[w:, w:] - table[:-w, w:] - table[w:, :-w] + table[:-w, :-w]) / w**2

    mean = box(wide)
    deviation = np.sqrt(np.maximum(box(wide**2) - mean**2, 0))
    return picture > mean * (1 + _K * (deviation / _FULL - 1))


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.segment import sauvola

    image = image_of(arrays["picture"])
    return lambda: sauvola(image, window=float(_WINDOW), k=_K, deviation=_FULL).values[0]


def _prepare_opencv(arrays: Arrays, threads: int) -> Callable[[], Any]:
    cv2: Any = import_module("cv2")
    cv2.setNumThreads(threads)
    picture, size = arrays["picture"], (_WINDOW, _WINDOW)

    def run() -> Any:
        mean = cv2.boxFilter(picture, -1, size)
        squares = cv2.sqrBoxFilter(picture, cv2.CV_32F, size)
        deviation = np.sqrt(np.maximum(squares - mean * mean, 0))
        return picture > mean * (1 + _K * (deviation / np.float32(_FULL) - 1))

    return run


def _prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    filters: Any = import_module("skimage.filters")
    picture = arrays["picture"]
    return lambda: picture > filters.threshold_sauvola(picture, _WINDOW, k=_K, r=_FULL)


TASK = Task(
    name="segment.sauvola",
    title="Sauvola's local threshold of a large picture",
    conditions=(
        "2048 × 2048 float32, windows of 25 × 25 pixels, mirrored borders: mask from picture. "
        "OpenCV's two box filters with NumPy's arithmetic in float32."
    ),
    make_input=_make_input,
    errors=lambda result, arrays: percent_unlike(result, arrays["truth"]),
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("opencv", "opencv-python-headless", _prepare_opencv, np.asarray, bar=1),
        Contender("scikit-image", "scikit-image", _prepare_skimage, np.asarray, bar=1),
    ),
)
