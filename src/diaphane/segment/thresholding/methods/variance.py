"""Otsu: two classes whose means lie as far apart as can be.

With w₀ and w₁ the shares of the values at or below a threshold and above it, and μ₀ and μ₁ their
means, it maximizes the variance between the classes, w₀ w₁ (μ₀ - μ₁)².

References
----------
N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems,
Man, and Cybernetics 9(1), 1979, equation 18. Of equal splits the lowest is taken, as
in scikit-image, SimpleITK and OpenCV; ImageJ takes the highest. Counts are kept in float64, where
scikit-image rounds them to float32.
"""

from diaphane.image import Histogram


def otsu(histogram: Histogram) -> float:
    """Return the center of the last dark bin."""
    counts, centers = histogram.counts, histogram.centers
    sums = counts * centers
    dark, bright = counts.cumsum()[:-1], counts[::-1].cumsum()[::-1][1:]
    dark_mean, bright_mean = sums.cumsum()[:-1] / dark, sums[::-1].cumsum()[::-1][1:] / bright
    between = dark * bright * (dark_mean - bright_mean) ** 2
    return float(centers[between.argmax()])
