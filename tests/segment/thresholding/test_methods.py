"""Every histogram method against ImageJ's, scikit-image's and SimpleITK's value, on real images."""

import imagej
import numpy as np
import pytest
import real_images
import SimpleITK

from diaphane import segment
from diaphane.errors import InputError
from diaphane.segment.thresholding.methods import METHODS

SKIMAGE = ("otsu", "li", "yen", "triangle", "isodata", "minimum", "mean")
ITK = {
    "otsu": "Otsu",
    "yen": "Yen",
    "triangle": "Triangle",
    "isodata": "IsoData",
    "kittler_illingworth": "KittlerIllingworth",
    "maximum_entropy": "MaximumEntropy",
    "renyi": "RenyiEntropy",
    "shanbhag": "Shanbhag",
    "moments": "Moments",
    "intermodes": "Intermodes",
}
# Where a peer's convention differs: how many gray levels its value may lie above ours.
IMAGEJ_ABOVE = {
    "isodata": (0, 1),  # leaves its own gray level out of both classes, cuts the dark mean
    "triangle": (-1, 1),  # its line ends one bin beyond the values; gives the bin before
    "li": (0, 1),  # rounds to a gray level in every turn
    "mean": (-1, 0),  # cuts the mean to a gray level
}
ITK_ABOVE = {
    "isodata": (0, 1),  # gives the first gray level in use that is not below the middle
    "triangle": (0, 1),  # its line ends at the first or last percent; gives the bin after
    "kittler_illingworth": (0, 1),  # gives the gray level nearest to the crossing
}


@pytest.fixture(scope="module", params=real_images.NAMES)
def levels(request, data):
    return real_images.gray_levels(request.param, data)


def _found(image_of, values, method):
    try:
        return segment.threshold_value(image_of(values), method=method).value
    except InputError:
        return None


@pytest.mark.parametrize("method", imagej.METHODS)
def test_the_value_is_that_of_imagej(levels, image_of, method):
    counts = np.bincount(levels.reshape(-1), minlength=256).astype(np.float64)
    try:
        theirs = imagej.METHODS[method](counts)
    except (
        RuntimeWarning,
        ValueError,
    ):  # no variance on one side of Kittler and Illingworth's threshold
        theirs = None
    ours = _found(image_of, levels, method)
    if theirs is None or ours is None:
        assert theirs is ours is None
        return
    low, high = IMAGEJ_ABOVE.get(method, (0, 0))
    assert low <= theirs - ours <= high


@pytest.mark.parametrize("method", SKIMAGE)
def test_the_value_is_that_of_scikit_image(levels, image_of, method):
    filters = pytest.importorskip("skimage.filters")
    theirs = getattr(filters, f"threshold_{method}")(levels)
    # Li: scikit-image stops where a turn moves by half a gray level, ours where the split stays
    tolerance = 0.5 if method == "li" else 1e-9
    assert _found(image_of, levels, method) == pytest.approx(theirs, abs=tolerance)


@pytest.mark.parametrize("method", ITK)
def test_the_value_is_that_of_simpleitk(levels, image_of, method):
    theirs = getattr(SimpleITK, f"{ITK[method]}ThresholdImageFilter")()
    theirs.SetNumberOfHistogramBins(256)
    ours = _found(image_of, levels, method)
    try:
        theirs.Execute(SimpleITK.GetImageFromArray(levels))
    except RuntimeError:
        assert ours is None
        return
    low, high = ITK_ABOVE.get(method, (0, 0))
    assert low <= theirs.GetThreshold() - ours <= high


def test_huang_of_simpleitk_differs_only_by_its_rounded_means(levels, image_of):
    counts = np.bincount(levels.reshape(-1), minlength=256).astype(np.float64)
    first, last = np.flatnonzero(counts)[[0, -1]]
    n, sums, x = np.cumsum(counts), np.cumsum(counts * np.arange(256)), np.arange(256)
    u = 1 / (1 + np.arange(1, 256) / (last - first))
    shannon = np.concatenate([[0], -u * np.log(u) - (1 - u) * np.log(1 - u)])
    fuzziness = []
    for t in range(first, last):
        dark = round(sums[t] / n[t])
        bright = round((sums[last] - sums[t]) / (n[last] - n[t]))
        fuzziness.append(counts @ shannon[np.abs(x - np.where(x <= t, dark, bright))])
    theirs = SimpleITK.HuangThresholdImageFilter()
    theirs.SetNumberOfHistogramBins(256)
    theirs.Execute(SimpleITK.GetImageFromArray(levels))
    assert theirs.GetThreshold() == first + int(np.argmin(fuzziness))


@pytest.mark.parametrize("method", SKIMAGE)
@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float32, np.float64])
def test_other_types_of_number_agree_with_scikit_image(data, image_of, method, dtype):
    filters = pytest.importorskip("skimage.filters")
    rng = np.random.default_rng(1)
    levels = real_images.gray_levels("disc", data)[::2, ::2].astype(np.float64)
    values = (5 * levels + rng.normal(0, 2, levels.shape) + 40).astype(dtype)
    theirs = getattr(filters, f"threshold_{method}")(values)
    ours = segment.threshold_value(image_of(values), method=method).value
    is_real = np.dtype(dtype).kind == "f"
    # of real numbers Li and the mean are taken from 256 bins, where scikit-image takes all values
    width = (values.max() - values.min()) / 256 if is_real else 0.5
    tolerance = width if method in ("li", "mean") else 1e-4
    assert ours == pytest.approx(float(theirs), abs=float(tolerance))


@pytest.mark.parametrize("method", METHODS)
def test_two_humps_are_separated_between_them_and_shifting_the_image_shifts_the_value(
    method, image_of
):
    rng = np.random.default_rng(0)
    tissue, bone = rng.normal(40, 8, 6000), rng.normal(180, 8, 4000)
    values = np.rint(np.concatenate([tissue, bone])).astype(np.int16)
    value = segment.threshold_value(image_of(values), method=method)
    if method not in ("yen", "renyi", "shanbhag", "maximum_entropy", "triangle"):
        assert 60 < value.value < 160
    assert values.min() <= value.value < values.max()
    shifted = segment.threshold_value(image_of(values - 1024), method=method)
    assert shifted.value == pytest.approx(value.value - 1024)
    low, high = value.interval
    for other in (low, high):  # whatever lies within the interval splits the values the same way
        inner = np.rint(other + (0.25 if other == low else -0.25))
        assert (values > inner).sum() == (values > value.value).sum()


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_separated_is_refused_with_one_sentence(method, image_of):
    with pytest.raises(InputError, match="all values are 7"):
        segment.threshold(image_of(np.full((2, 3, 4), 7, np.uint8)), method=method)
    two = image_of(np.array([0, 0, 0, 9, 9], np.uint8))
    if method in ("minimum", "kittler_illingworth"):
        with pytest.raises(InputError, match=f"^segment.threshold_value: {method}: "):
            segment.threshold_value(two, method=method)
    else:
        assert 0 <= segment.threshold_value(two, method=method).value < 9


def test_methods_that_need_two_peaks_say_how_many_there_are(image_of):
    hump = np.repeat(np.arange(19), [*range(1, 11), *range(9, 0, -1)])
    for method in ("intermodes", "minimum"):
        with pytest.raises(InputError, match=r"must have two peaks .* it has 1"):
            segment.threshold(image_of(hump.astype(np.uint8)), method=method)


def test_the_minimum_error_is_that_of_all_splits(image_of):
    """J by its definition, the variance of a bin's width added to each class."""
    rng = np.random.default_rng(3)
    values = np.rint(np.concatenate([rng.normal(60, 20, 8000), rng.normal(150, 5, 1500)]))
    values = values.astype(np.int16)
    errors = {}
    for t in range(values.min(), values.max()):
        parts = values[values <= t].astype(np.float64), values[values > t].astype(np.float64)
        shares = [len(part) / len(values) for part in parts]
        errors[t] = sum(
            p * np.log(part.var() + 1 / 12) - 2 * p * np.log(p) for p, part in zip(shares, parts)
        )
    found = segment.threshold_value(image_of(values), method="minimum_error").value
    assert errors[int(found)] == pytest.approx(min(errors.values()), abs=1e-12)
    assert 125 < found < 145
