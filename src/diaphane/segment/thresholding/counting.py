"""How often each value occurs in an image, inside a mask, read once and never copied.

Whole numbers that span at most 65 536 values have a bin each; all others, and whole numbers
where a range is named, are put into bins of equal width like those of ``numpy.histogram``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray, frozen
from diaphane.errors import InputError
from diaphane.image import Histogram, Image, Labels
from diaphane.options import Range
from diaphane.segment.checks import mask_of, not_finite, real_values

MOST_VALUES = 65_536
"""Whole numbers that span more are put into bins like any others."""
_SMALL = 1 << 20  # so many values are counted sooner than a second thread starts

Bins = Annotated[int, Range(2, 65_536, scale="log")]
"""Into how many bins the values are put."""


@dataclass(frozen=True)
class Rules:
    """Which values count, and into which bins."""

    bins: int = 256
    """How many bins, where whole numbers do not have one each."""
    span: tuple[float, float] | None = None
    """From where to where the bins run; by default from the smallest value to the largest."""
    low: float | None = None
    """Smaller values take no part."""
    high: float | None = None
    """Larger values take no part."""


def count(image: Image, within: Labels | None, rules: Rules, label: str) -> Histogram:
    """Count the values of an image.

    Raises
    ------
    InputError
        When no value counts, all are the same, or one is not finite.
    """
    _check(rules, label)
    values = _plain(real_values(image, label)).reshape(-1)
    mask = mask_of(within, image, label)
    inside: ByteArray = frozen(np.empty(0, np.uint8)) if mask is None else mask.reshape(-1)
    if values.dtype.kind in "iu" and values.dtype.itemsize <= 2:
        first, counts = _count_short(values, inside, label)
    else:
        smallest, largest = _ends(image, values, inside, rules, label)
        if values.dtype.kind == "f" or largest - smallest >= MOST_VALUES:
            return _count_reals(image, values, inside, (smallest, largest), rules, label)
        first, n = int(smallest), int(largest) - int(smallest) + 1
        counts = _count_whole(values, inside, first, n, label)
    return _of_whole(image, counts, first, rules, label)


def without_empty_ends(histogram: Histogram, label: str) -> Histogram:
    """Return the bins from the first that holds a value to the last; refuse a single one."""
    filled = np.flatnonzero(histogram.counts)
    if len(filled) < 2:
        raise InputError(
            f"{label}: all values fall into one bin, so that nothing can be separated: "
            f"take more bins or a narrower range"
        )
    a, b = int(filled[0]), int(filled[-1]) + 1
    if (a, b) == (0, len(histogram.counts)):
        return histogram
    return Histogram(
        histogram.counts[a:b],
        histogram.edges[a : b + 1],
        histogram.smallest,
        histogram.largest,
        histogram.unit,
    )


def _check(rules: Rules, label: str) -> None:
    low, high = rules.low, rules.high
    if low is not None and high is not None and low >= high:
        raise InputError(f"{label}: ignore_below must be < ignore_above, got {low} and {high}")
    if rules.span is not None and rules.span[0] >= rules.span[1]:
        raise InputError(f"{label}: range must be two growing numbers, got {list(rules.span)}")


def _plain(values: AnyArray) -> AnyArray:
    """Return values of a type that kernels know; only rare types are copied."""
    if values.dtype.kind == "b":
        return values.view(np.uint8)
    if values.dtype.kind == "f" and values.dtype.itemsize not in (4, 8):
        return frozen(values.astype(np.float32 if values.dtype.itemsize < 4 else np.float64))
    native = values.dtype.newbyteorder("=")
    return values if values.dtype == native else frozen(values.astype(native))


def _spread(kernel: Callable[..., Any], size: int, n_parts: int, *args: Any, label: str) -> None:
    if size <= _SMALL:
        kernel(0, n_parts, *args)
        return
    from diaphane.parallel import spread

    spread(kernel, n_parts, *args, label=label, n_parts=n_parts)


def _n_parts(size: int) -> int:
    return 1 if size <= _SMALL else 16


def _count_short(values: AnyArray, mask: ByteArray, label: str) -> tuple[int, DoubleArray]:
    """Count numbers of one or two bytes: what they can be is known before they are seen."""
    from diaphane.segment.thresholding import counting_kernels as kernels

    kind, n_parts = np.iinfo(values.dtype), _n_parts(values.size)
    if values.dtype == np.uint8 and not len(mask):
        fours, whole = np.zeros((n_parts, 4, 256), np.uint32), values.size // 8 * 8
        words = values[:whole].view(np.uint64)
        _spread(kernels.count_bytes, values.size, n_parts, words, fours, label=label)
        counts = fours.sum(axis=(0, 1), dtype=np.float64)
        if whole < values.size:
            counts += np.bincount(values[whole:], minlength=256)
        return 0, counts
    return kind.min, _count_whole(values, mask, kind.min, kind.max - kind.min + 1, label)


def _count_whole(values: AnyArray, mask: ByteArray, first: int, n: int, label: str) -> DoubleArray:
    from diaphane.segment.thresholding.counting_kernels import count_whole

    counts = np.zeros((_n_parts(values.size), n), np.int64)
    _spread(count_whole, values.size, len(counts), values, mask, first, counts, label=label)
    return counts.sum(axis=0).astype(np.float64)


def _of_whole(image: Image, counts: DoubleArray, first: int, rules: Rules, label: str) -> Histogram:
    """Return the histogram of whole numbers, of which `counts` holds all from `first` on."""
    edges = np.arange(len(counts) + 1, dtype=np.float64) + (first - 0.5)
    if rules != Rules(rules.bins):
        counts = np.where(_counts_in(edges[:-1] + 0.5, rules), counts, 0)
    filled = counts.nonzero()[0]
    _check_ends(filled, edges[:-1] + 0.5, rules, label)
    a, b = int(filled[0]), int(filled[-1]) + 1
    counts, edges, ends = counts[a:b], edges[a : b + 1], (float(first + a), float(first + b - 1))
    if rules.span is not None:
        counts, edges = np.histogram(edges[:-1] + 0.5, rules.bins, rules.span, weights=counts)
    return _histogram(image, counts, edges, ends)


def _counts_in(numbers: DoubleArray, rules: Rules) -> AnyArray:
    low, high = _bounds(rules)
    return (numbers >= low) & (numbers <= high)


def _bounds(rules: Rules) -> tuple[float, float]:
    a, b = rules.span or (-np.inf, np.inf)
    low = a if rules.low is None else max(a, rules.low)
    high = b if rules.high is None else min(b, rules.high)
    return low, high


def _ends(
    image: Image, values: AnyArray, mask: ByteArray, rules: Rules, label: str
) -> tuple[float, float]:
    """Return the smallest and the largest value that counts; refuse values that are not finite."""
    from diaphane.segment.thresholding.counting_kernels import ends

    n_parts = _n_parts(values.size)
    found, bad = np.empty((n_parts, 2)), np.full(n_parts, -1)
    low, high = _bounds(rules)
    _spread(ends, values.size, n_parts, values, mask, low, high, found, bad, label="")
    if (bad >= 0).any():
        place = np.unravel_index(bad[bad >= 0][0], image.values.shape)
        raise InputError(not_finite(image.values, tuple(int(i) for i in place), label))
    both = found[found[:, 0] <= found[:, 1]].reshape(-1)
    _check_ends(np.arange(len(both)), np.sort(both), rules, label)
    return float(both.min()), float(both.max())


def _check_ends(filled: AnyArray, numbers: DoubleArray, rules: Rules, label: str) -> None:
    """Refuse values of which none counts, or all are the same."""
    if not len(filled):
        where = "within the range" if rules.span else "between ignore_below and ignore_above"
        raise InputError(f"{label}: no value lies {where}")
    if numbers[filled[0]] == numbers[filled[-1]]:
        raise InputError(
            f"{label}: all values are {numbers[filled[0]]:g}, so that nothing can be separated"
        )


def _count_reals(
    image: Image,
    values: AnyArray,
    mask: ByteArray,
    ends: tuple[float, float],
    rules: Rules,
    label: str,
) -> Histogram:
    from diaphane.segment.thresholding.counting_kernels import count_reals

    # numpy takes edges of the type of the values
    kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    a, b = np.asarray(rules.span or ends, kind)
    edges = np.linspace(a, b, rules.bins + 1, dtype=kind).astype(np.float64)
    if not (np.diff(edges) > 0).all():
        raise InputError(
            f"{label}: {rules.bins} bins from {a:g} to {b:g} are finer than the numbers "
            f"themselves: take fewer bins"
        )
    counts = np.zeros((_n_parts(values.size), rules.bins), np.int64)
    low, high = _bounds(rules)
    if low > edges[0] or high < edges[-1]:
        values, mask = _only(values, mask, low, high)
    _spread(count_reals, values.size, len(counts), values, mask, edges, counts, label=label)
    return _histogram(image, counts.sum(axis=0).astype(np.float64), edges, ends)


def _only(values: AnyArray, mask: ByteArray, low: float, high: float) -> tuple[AnyArray, ByteArray]:
    """Leave out values beyond the bounds, by a mask."""
    kept = (values >= low) & (values <= high)
    if len(mask):
        kept &= mask != 0
    return values, frozen(kept.view(np.uint8))


def _histogram(
    image: Image, counts: DoubleArray, edges: DoubleArray, ends: tuple[float, float]
) -> Histogram:
    return Histogram(counts, edges, *ends, image.quantity.unit, name=image.quantity.label)
