"""Kernels of the random walker: currents in a network of voxels, and between fine and merged ones.

Arrays are flat, in the order of a volume with a rim of one voxel, so that each voxel has six
neighbors at fixed steps. A conductance belongs to the later of its two voxels; those of the rim
are 0, and so is all that is computed there.
"""

from diaphane.arrays import AnyArray, FloatArray
from diaphane.simd import kernel


@kernel()
def drain(
    first: int, last: int, slice_step: int, row_step: int, network: FloatArray, at: AnyArray,
    result: AnyArray,
) -> None:  # fmt: skip
    """Write the current that leaves each voxel of slices ``first … last`` of the inner ones: A x.

    A row of `network` is the conductance to the slice before, the row before, the column before,
    and to the ground.
    """
    for i in range((first + 1) * slice_step, (last + 1) * slice_step):
        here = at[i]
        current = network[3, i] * here
        current += network[0, i] * (here - at[i - slice_step])
        current += network[0, i + slice_step] * (here - at[i + slice_step])
        current += network[1, i] * (here - at[i - row_step])
        current += network[1, i + row_step] * (here - at[i + row_step])
        current += network[2, i] * (here - at[i - 1])
        current += network[2, i + 1] * (here - at[i + 1])
        result[i] = current


@kernel()
def relax(
    first: int, last: int, slice_step: int, row_step: int, network: FloatArray,
    source: FloatArray, weight: FloatArray, at: FloatArray, result: FloatArray,
) -> None:  # fmt: skip
    """Move each voxel toward where the current from its neighbors and its source balances."""
    share, tiny = weight[0], weight[1]
    for i in range((first + 1) * slice_step, (last + 1) * slice_step):
        back, ahead = network[0, i], network[0, i + slice_step]
        up, down = network[1, i], network[1, i + row_step]
        left, right = network[2, i], network[2, i + 1]
        pull = source[i] + back * at[i - slice_step] + ahead * at[i + slice_step]
        pull += up * at[i - row_step] + down * at[i + row_step]
        pull += left * at[i - 1] + right * at[i + 1]
        total = network[3, i] + back + ahead + up + down + left + right
        result[i] = at[i] + share * (pull / max(total, tiny) - at[i])


@kernel()
def gather(first: int, last: int, factors: AnyArray, fine: AnyArray, merged: AnyArray) -> None:
    """Add up the fine voxels of each merged one, one or two along an axis; volumes with rims."""
    n_slices, n_rows, n_columns = fine.shape
    fz, fy, fx = factors[0], factors[1], factors[2]
    for k in range(first + 1, last + 1):
        merged[k] = 0
        for z in range((k - 1) * fz + 1, min(k * fz + 1, n_slices - 1)):
            for y in range(1, n_rows - 1):
                j = (y - 1) // fy + 1
                for i in range(1, merged.shape[2] - 1):
                    x = (i - 1) * fx + 1
                    merged[k, j, i] += fine[z, y, x]
                    if fx > 1 and x < n_columns - 2:
                        merged[k, j, i] += fine[z, y, x + 1]


@kernel()
def scatter(first: int, last: int, factors: AnyArray, merged: AnyArray, fine: AnyArray) -> None:
    """Add to each fine voxel what its merged one holds; volumes with their rims."""
    _, n_rows, n_columns = fine.shape
    fz, fy, fx = factors[0], factors[1], factors[2]
    for z in range(first + 1, last + 1):
        for y in range(1, n_rows - 1):
            k, j = (z - 1) // fz + 1, (y - 1) // fy + 1
            for i in range(1, merged.shape[2] - 1):
                x = (i - 1) * fx + 1
                fine[z, y, x] += merged[k, j, i]
                if fx > 1 and x < n_columns - 2:
                    fine[z, y, x + 1] += merged[k, j, i]
