"""The kernels of the watershed: a queue of buckets, and the flood that it orders.

A voxel waits in the bucket of its level, sorted by level and, at the same level, in the order in
which voxels came. Buckets are the finer the more voxels there are at a level: the upper half of a
key's 32 bits finds a range, the lower half one of the buckets that the range has for its voxels, so
that few voxels of different levels ever share one. A pyramid of bits, 32 below each, finds the
lowest bucket that is not empty. No level is rounded, however near another it is.
"""

import numpy as np

from diaphane.arrays import AnyArray, IntArray
from diaphane.simd import kernel

OUTSIDE, LINE, WAITING = -1, -2, -3
"""What stands in place of a label: not in the mask, on a line, and in the queue without label."""

LABEL, KEY, AFTER = 0, 1, 2
"""What a cell holds of its voxel: side by side, since they are needed together."""
HEAD, TAIL, TAIL_KEY = 0, 1, 2
"""What a bucket holds: the voxel to be taken first, the last one, and the key of that."""

_HALF = 1 << 16
_LOWEST = 1 << 31
_TRAILING = np.zeros(32, np.int64)
_TRAILING[[((1 << k) * 0x077CB531 & 0xFFFFFFFF) >> 27 for k in range(32)]] = np.arange(32)


@kernel()
def count_levels(cells: IntArray, counts: AnyArray) -> None:
    """Count the voxels within the mask at each upper half of a key."""
    for voxel in range(len(cells)):
        if cells[voxel, LABEL] != OUTSIDE:
            counts[(np.int64(cells[voxel, KEY]) + _LOWEST) >> 16] += 1


@kernel(inline=True)
def _bucket_of(key: int, base: AnyArray) -> int:
    """Return a key's bucket; those of the range r are base[r] … base[r + 1] - 1."""
    shifted = np.int64(key) + _LOWEST
    upper = shifted >> 16
    low, n_buckets = shifted & (_HALF - 1), base[upper + 1] - base[upper]
    return base[upper] + ((low * n_buckets) >> 16)


@kernel(inline=True)
def _set_bit(bits: AnyArray, tiers: AnyArray, bucket: int) -> None:
    for tier in range(len(tiers)):
        word = tiers[tier] + (bucket >> 5)
        before = bits[word]
        bits[word] = before | (np.int64(1) << (bucket & 31))
        if before != 0:
            return
        bucket >>= 5


@kernel(inline=True)
def _clear_bit(bits: AnyArray, tiers: AnyArray, bucket: int) -> None:
    for tier in range(len(tiers)):
        word = tiers[tier] + (bucket >> 5)
        bits[word] &= ~(np.int64(1) << (bucket & 31))
        if bits[word] != 0:
            return
        bucket >>= 5


@kernel(inline=True)
def _lowest_bit(bits: AnyArray, tiers: AnyArray) -> int:
    """Return the lowest bucket that is not empty; -1 where all are."""
    bucket = np.int64(0)
    for tier in range(len(tiers) - 1, -1, -1):
        word = bits[tiers[tier] + bucket]
        if word == 0:
            return -1
        alone = word & -word
        bucket = (bucket << 5) + _TRAILING[((alone * 0x077CB531) & 0xFFFFFFFF) >> 27]
    return int(bucket)


@kernel(inline=True)
def _push(
    voxel: int, cells: IntArray, base: AnyArray, buckets: IntArray, bits: AnyArray, tiers: AnyArray
) -> int:
    """Put a voxel into its bucket, behind all that are not higher; return which."""
    key = cells[voxel, KEY]
    bucket = _bucket_of(key, base)
    head = buckets[bucket, HEAD]
    if head < 0:
        buckets[bucket, HEAD] = voxel
        buckets[bucket, TAIL] = voxel
        buckets[bucket, TAIL_KEY] = key
        cells[voxel, AFTER] = -1
        _set_bit(bits, tiers, bucket)
    elif buckets[bucket, TAIL_KEY] <= key:
        cells[buckets[bucket, TAIL], AFTER] = voxel
        buckets[bucket, TAIL] = voxel
        buckets[bucket, TAIL_KEY] = key
        cells[voxel, AFTER] = -1
    elif cells[head, KEY] > key:
        cells[voxel, AFTER] = head
        buckets[bucket, HEAD] = voxel
    else:
        before = head
        while cells[cells[before, AFTER], KEY] <= key:
            before = cells[before, AFTER]
        cells[voxel, AFTER] = cells[before, AFTER]
        cells[before, AFTER] = voxel
    return int(bucket)


@kernel()
def put_seeds(
    cells: IntArray,
    offsets: IntArray,
    base: AnyArray,
    buckets: IntArray,
    bits: AnyArray,
    tiers: AnyArray,
) -> None:
    """Put every labeled voxel with a free neighbor into the queue, in array order."""
    for voxel in range(len(cells)):
        if cells[voxel, LABEL] > 0:
            for k in range(len(offsets)):
                if cells[voxel + offsets[k], LABEL] == 0:
                    _push(voxel, cells, base, buckets, bits, tiers)
                    break


@kernel()
def flood(
    cells: IntArray,
    offsets: IntArray,
    has_line: bool,
    most: int,
    base: AnyArray,
    buckets: IntArray,
    bits: AnyArray,
    tiers: AnyArray,
) -> bool:
    """Take voxels from the queue, lowest first, and label or queue their free neighbors.

    Parameters
    ----------
    cells : (voxels, 3) int32
        Of each voxel the label, 0 where it is free, or one of the three other states, with a rim
        of OUTSIDE around the volume; its level, of which lower ones are flooded first; and which
        waits behind it.
    offsets : (neighbors,) int32
        From a voxel to its neighbors.
    has_line : bool
        Whether a voxel waits without label, and stays between where its neighbors' differ.
    most : int
        How many voxels to take.
    base, buckets, bits, tiers
        The queue: the first bucket of each range, the first and the last voxel of each bucket with
        the level of the last, and which buckets are not empty.

    Returns
    -------
    bool
        Whether the queue is empty.
    """
    now = _lowest_bit(bits, tiers)
    for _ in range(most):
        if now < 0:
            return True
        voxel = buckets[now, HEAD]
        following = cells[voxel, AFTER]
        buckets[now, HEAD] = following
        if following < 0:
            _clear_bit(bits, tiers, now)
            now = -1
        label = cells[voxel, LABEL]
        if label == WAITING:
            label = _joined(cells, offsets, voxel)
            cells[voxel, LABEL] = label
        if label != LINE:
            for k in range(len(offsets)):
                neighbor = voxel + offsets[k]
                if cells[neighbor, LABEL] == 0:
                    cells[neighbor, LABEL] = WAITING if has_line else label
                    bucket = _push(neighbor, cells, base, buckets, bits, tiers)
                    if now >= 0 and bucket < now:
                        now = bucket
        if now < 0:
            now = _lowest_bit(bits, tiers)
    return now < 0


@kernel(inline=True)
def _joined(cells: IntArray, offsets: IntArray, voxel: int) -> int:
    """Return the label of a voxel's labeled neighbors, or LINE where there are two."""
    found = 0
    for k in range(len(offsets)):
        label = cells[voxel + offsets[k], LABEL]
        if label > 0:
            if found > 0 and label != found:
                return LINE
            found = int(label)
    return found
