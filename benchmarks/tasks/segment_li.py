"""Li's threshold of a volume of real numbers, against scikit-image."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import Arrays, Contender, Task
from benchmarks.threshold_pictures import image_of


def _make_input(shrink: int) -> Arrays:
    n = 256 // shrink
    rng = np.random.default_rng(0)
    values = rng.normal(50, 12, (n, n, n)).astype(np.float32)
    values[n // 4 : n // 2, n // 3 :, n // 5 :] += 70
    return {"volume": values}


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.segment import threshold_value

    image = image_of(arrays["volume"])
    return lambda: threshold_value(image, method="li", bins=65_536).value


def _prepare_skimage(arrays: Arrays, threads: int) -> Callable[[], Any]:
    filters: Any = import_module("skimage.filters")
    return lambda: filters.threshold_li(arrays["volume"])


def _errors(result: NDArray[np.float32], arrays: Arrays) -> dict[str, float]:
    """Return how far the threshold lies from the balance that it must hold, over the span."""
    values = arrays["volume"].astype(np.float64)
    x, t = values - values.min(), float(result) - values.min()
    low, high = x[x <= t].mean(), x[x > t].mean()
    balance = (high - low) / (np.log(high) - np.log(low))
    return {"off balance, % of the span": round(100 * abs(balance - t) / float(x.max()), 2)}


TASK = Task(
    name="segment.li",
    title="Li's threshold of a volume of real numbers",
    conditions="256³ float32; ours in 65 536 bins, scikit-image on every value. The number alone.",
    make_input=_make_input,
    errors=_errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(Contender("scikit-image", "scikit-image", _prepare_skimage, np.asarray, bar=20),),
)
