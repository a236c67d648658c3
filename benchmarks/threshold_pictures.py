"""Inputs and errors that the tasks of thresholds share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import Arrays


def fundus(shrink: int) -> Arrays:
    """Return a byte picture of the size of a DRIVE photograph: a disc, vessels, noise."""
    rng = np.random.default_rng(0)
    rows, columns = 584 // shrink, 565 // shrink
    y, x = np.mgrid[:rows, :columns]
    inside = np.hypot(y - rows / 2, x - columns / 2) < 0.47 * columns
    levels = np.where(inside, 110 - 40 * (np.abs(np.sin(x / 23 + np.sin(y / 41))) < 0.1), 6)
    noisy = levels + rng.normal(0, 1, levels.shape) * np.where(inside, 14, 2)
    return {"picture": np.clip(noisy, 0, 255).astype(np.uint8)}


def image_of(values: NDArray[Any]) -> Any:
    """Return a picture or a volume as an image whose content is hashed already."""
    from diaphane.history import history_of
    from diaphane.image import Image, Quantity
    from diaphane.space import Grid

    values = values.reshape((1,) * (3 - values.ndim) + values.shape)
    image = Image(values, Grid.centered(values.shape, 1), Quantity.UNKNOWN)
    history_of(image)
    return image


def percent_unlike(result: NDArray[np.float32], truth: NDArray[Any]) -> dict[str, float]:
    """Return how many percent of the pixels are labeled unlike the truth."""
    return {"pixels unlike the truth, %": 100 * float(np.mean((result != 0) != (truth != 0)))}
