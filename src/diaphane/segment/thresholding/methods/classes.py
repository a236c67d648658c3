"""Multi-Otsu: any number of classes whose means lie as far apart as can be, exactly.

Of all splits of the histogram into k classes, the one whose variance between the classes
Σ wᵢ (μᵢ - μ)² is largest: with W the count and S the sum of a class, about the mean of all, the
one whose Σ S² / W is largest.

References
----------
P.-S. Liao, T.-S. Chen, P.-C. Chung, "A fast algorithm for multilevel thresholding", Journal of
Information Science and Engineering 17(5), 2001, equation 25, which tries every split.
W. D. Fisher, "On grouping for maximum homogeneity", Journal of the American Statistical
Association 53(284), 1958: the best k classes end with the best k - 1 classes of what is before.
"""

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Histogram


def multi_otsu_bins(histogram: Histogram, n_classes: int, label: str) -> AnyArray:
    """Return the last bin of each class but the brightest: shape (n_classes - 1,).

    Raises
    ------
    InputError
        When there are more classes than bins that hold values.
    """
    from diaphane.segment.thresholding.methods.classes_kernel import split_classes

    filled = np.flatnonzero(histogram.counts)
    if n_classes > len(filled):
        raise InputError(
            f"{label}: {n_classes} classes need as many values, the image has {len(filled)}: "
            f"take fewer classes or more bins"
        )
    counts = histogram.counts[filled]
    x = filled - np.average(filled, weights=counts)
    weights = np.concatenate([[0.0], np.cumsum(counts)])
    sums = np.concatenate([[0.0], np.cumsum(counts * x)])
    begins = np.zeros((n_classes, len(filled)), np.int64)
    split_classes(weights, sums, n_classes, begins)
    last, ends = len(filled) - 1, []
    for k in range(n_classes - 1, 0, -1):
        last = int(begins[k, last]) - 1
        ends.append(int(filled[last]))
    return np.array(ends[::-1])
