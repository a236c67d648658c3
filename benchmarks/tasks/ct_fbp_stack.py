"""A stack of slices from parallel views, against what users of synchrotrons and labs have."""

import numpy as np

from benchmarks import parallel_sections as sections
from benchmarks.task import Contender, Task

_SLICES = 64

TASK = Task(
    name="ct.fbp_stack",
    title="filtered backprojection of a stack of slices",
    conditions=(
        "64 slices of Shepp and Logan's head (contrasts of 1 %), exact line integrals: 720 "
        "parallel views of 729 columns over half a turn, 513 × 513 pixels as wide as a column. "
        "Ramp filter without window. From line integrals in memory to slices in memory. algotom "
        "fills a square as wide as the detector, twice as many pixels, and knows no other. "
        "Errors are taken within a circle around the head, against the mean of each pixel."
    ),
    make_input=lambda shrink: sections.make_input(shrink, _SLICES // shrink),
    errors=sections.errors,
    ours=Contender("diaphane", "diaphane", sections.prepare_ours, np.asarray),
    peers=(
        Contender("astra", "astra-toolbox", sections.prepare_astra, np.asarray, bar=19),
        Contender("algotom", "algotom", sections.prepare_algotom, sections.finish_algotom, bar=17),
        Contender("skimage", "scikit-image", sections.prepare_skimage, np.asarray, bar=19),
    ),
)
