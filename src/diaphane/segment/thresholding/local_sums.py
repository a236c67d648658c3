"""Local thresholds from the mean and the deviation in a window, slice after slice."""

from collections.abc import Iterator

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray, frozen
from diaphane.progress import track
from diaphane.segment.thresholding.rules import DEVIATION
from diaphane.segment.thresholding.windows import Local

_SMALL = 1 << 18  # pixels of a slice that are done sooner than a second thread starts


def cut(
    local: Local, rule: int, numbers: tuple[float, ...], *, is_below: bool, label: str
) -> AnyArray:
    """Return 1 on the chosen side of each voxel's threshold, as bool; 0 outside the mask."""
    out = np.empty(local.values.shape, np.uint8)
    parameters = np.array(numbers, dtype=np.float64)
    for k, sums in _slices(local, label):
        _cut_slice(local, k, sums, rule, parameters, is_below=is_below, out=out[k])
    return out.view(bool)


def largest_deviation(local: Local, label: str) -> float:
    """Return the largest standard deviation in any window."""
    none = np.empty((0, 0), np.uint8)
    found = [
        _cut_slice(local, k, sums, DEVIATION, np.empty(0), is_below=False, out=none).max()
        for k, sums in _slices(local, label)
    ]
    return float(max(found))


def _cut_slice(
    local: Local,
    k: int,
    sums: DoubleArray,
    rule: int,
    parameters: DoubleArray,
    *,
    is_below: bool,
    out: ByteArray,
) -> DoubleArray:
    from diaphane.parallel import spread
    from diaphane.segment.thresholding.local_kernels import cut_rows

    values, (_, half_rows, half_columns) = local.values[k], local.half
    mask = local.mask[k] if len(local.mask) else frozen(np.empty((0, 0), np.uint8))
    largest = np.zeros(len(values))
    arguments = (
        values, sums, mask, local.center, half_rows, half_columns,
        rule, parameters, is_below, out, largest,
    )  # fmt: skip
    if values.size <= _SMALL:
        cut_rows(0, len(values), *arguments)
    else:
        spread(cut_rows, len(values), *arguments, n_parts=max(4, len(values) // 256))
    return largest


def _slices(local: Local, label: str) -> Iterator[tuple[int, DoubleArray]]:
    """Yield each slice's number with its sums over the window's slices, where they are needed."""
    depth, reach = len(local.values), local.half[0]
    none = np.empty((0, 0, 0))
    if not reach and not len(local.mask):
        for k in track(range(depth), label):
            yield k, none
        return
    sums = np.zeros((3, *local.values.shape[1:]))
    for k in range(-reach, reach):
        _add_slice(local, k, 1, sums)
    for k in track(range(depth), label):
        _add_slice(local, k + reach, 1, sums)
        yield k, sums
        _add_slice(local, k - reach, -1, sums)


def _add_slice(local: Local, k: int, sign: int, sums: DoubleArray) -> None:
    depth = len(local.values)
    k = abs(k) if abs(k) < depth else 2 * (depth - 1) - abs(k)
    values = local.values[k].astype(np.float64) - local.center
    if len(local.mask):
        known = local.mask[k] != 0
        values = np.where(known, values, 0)
        sums[2] += sign * known
    else:
        sums[2] += sign
    sums[0] += sign * values
    sums[1] += sign * values**2
