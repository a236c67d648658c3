"""What the tasks around regions have in common: round blobs of chance."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

N = 256
SPACING_MM = (2.0, 1.0, 0.7)


def rough(n: int, width: float) -> NDArray[np.float32]:
    """Return noise, blurred over `width` voxels: as much above 0 as below."""
    ndimage: Any = import_module("scipy.ndimage")

    noise = np.random.default_rng(0).standard_normal((n, n, n)).astype(np.float32)
    return ndimage.gaussian_filter(noise, width)


def differing(result: NDArray[Any], truth: NDArray[Any]) -> float:
    """Return the share of voxels whose part differs, whatever the parts' numbers."""
    pairs = np.unique(np.stack([result.reshape(-1), truth.reshape(-1)]), axis=1, return_counts=True)
    (_, theirs), counts = pairs
    best = np.zeros(int(theirs.max()) + 1, np.int64)
    np.maximum.at(best, theirs.astype(np.int64), counts)
    return 1 - float(best.sum()) / result.size
