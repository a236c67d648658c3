"""Pictures of the body on a grid, and the types that are drawn from them.

``Image(values, grid, quantity)`` is a value at each voxel; ``Slices`` are sections that no grid
can hold; ``Cine`` adds time; ``Labels`` say which structure a voxel belongs to; ``Surface`` is a
mesh; ``Field`` a vector at each voxel; ``Picture`` pixels for eyes; ``Measurement`` a number with
its unit and interval; ``Histogram`` how often each value occurs. None of them reads, plots or
reconstructs.

:func:`resample` and :func:`resample_onto` bring an image onto another grid (labels:
:func:`resample_labels`, :func:`resample_labels_onto`); :func:`from_slices` makes one image of loose
parallel sections.
"""

from diaphane.image.histograms import Histogram
from diaphane.image.resampling import (
    resample,
    resample_labels,
    resample_labels_onto,
    resample_onto,
)
from diaphane.image.sections import from_slices
from diaphane.image.types import (
    Cine,
    Field,
    Image,
    Labels,
    Measurement,
    Picture,
    Slices,
    Surface,
)
from diaphane.units import Quantity

__all__ = [
    "Cine",
    "Field",
    "Histogram",
    "Image",
    "Labels",
    "Measurement",
    "Picture",
    "Quantity",
    "Slices",
    "Surface",
    "from_slices",
    "resample",
    "resample_labels",
    "resample_labels_onto",
    "resample_onto",
]
