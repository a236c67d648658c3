"""A single slice from parallel views, where a look is wanted at once."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import parallel_sections as sections
from benchmarks.sections import options_of
from benchmarks.task import Arrays, Contender, Task


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.ct import fbp_gridded

    scan, grid = sections.scan_of(arrays), options_of(len(arrays["truth"]))
    return lambda: fbp_gridded(scan, grid=grid, window="ram-lak").values


TASK = Task(
    name="ct.fbp_slice",
    title="filtered backprojection of a single slice",
    conditions=(
        "One slice of Shepp and Logan's head (contrasts of 1 %), exact line integrals: 720 "
        "parallel views of 729 columns over half a turn, 513 × 513 pixels as wide as a column. "
        "Ramp filter without window. From line integrals in memory to the slice in memory. Ours "
        "is `ct.fbp_gridded`, the peers' their direct sums: Fourier methods that reach this error "
        "they do not have. algotom fills a square as wide as the detector, twice as many pixels. "
        "Errors are taken within a circle around the head, against the mean of each pixel."
    ),
    make_input=lambda shrink: sections.make_input(shrink, 1),
    errors=sections.errors,
    ours=Contender("diaphane", "diaphane", _prepare_ours, np.asarray),
    peers=(
        Contender("algotom", "algotom", sections.prepare_algotom, sections.finish_algotom, bar=15),
        Contender("astra", "astra-toolbox", sections.prepare_astra, np.asarray, bar=15),
        Contender("skimage", "scikit-image", sections.prepare_skimage, np.asarray, bar=15),
    ),
)
