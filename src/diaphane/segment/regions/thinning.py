"""Thinning a body in space: voxels are peeled off as long as nothing falls apart or opens.

A voxel may go when it is *simple*: its removal neither splits nor joins anything, neither opens
nor closes a tunnel or a cavity. With 26 neighbors for the body and 6 for what is around it, this is
so exactly when, among its 26 neighbors, the body is one part and so is the background that touches
one of its faces (Malandain and Bertrand 1992). Line ends stay, so that a line is what is left.

The order is that of Lee, Kashyap and Chu: one direction after the other, the voxels whose neighbor
there is background are looked up first, and then removed one by one, each only if it is still
simple and no line end. They recognize a simple voxel by the Euler number; the outcome is the same.

References
----------
T.-C. Lee, R. L. Kashyap, C.-N. Chu, "Building skeleton models via 3-D medial surface/axis thinning
algorithms", CVGIP: Graphical Models and Image Processing 56(6), 1994, section 3.
G. Malandain, G. Bertrand, "Fast characterization of 3D simple points", Proc. ICPR 1992.
"""

from itertools import count

import numpy as np

from diaphane.arrays import AnyArray, ByteArray
from diaphane.parallel import spread
from diaphane.progress import track
from diaphane.simd import kernel

_DIRECTIONS = ((0, -1, 0), (0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 0, -1), (-1, 0, 0))
"""Order of the published programs after Lee: rows up, columns right, slices down, and back."""
_SPREAD_FROM = 50_000  # fewer voxels are faster on one core than shared out
_GONE, _INNER, _BORDER = np.uint8(0), np.uint8(1), np.uint8(2)


def _bits(chosen: list[tuple[int, int, int]]) -> int:
    """Return a set of cells of a 3 × 3 × 3 cube as bits: cell (k, j, i) is bit 9 k + 3 j + i."""
    return sum(1 << (9 * k + 3 * j + i) for k, j, i in chosen)


_CUBE = [(k, j, i) for k in range(3) for j in range(3) for i in range(3)]
_AROUND = np.int32(_bits([c for c in _CUBE if c != (1, 1, 1)]))
_N18 = np.int32(_bits([c for c in _CUBE if 1 <= sum(x != 1 for x in c) <= 2]))
_FACES = np.int32(_bits([c for c in _CUBE if sum(x != 1 for x in c) == 1]))
_FIRST_COLUMNS, _LAST_COLUMNS, _FIRST_ROWS, _LAST_ROWS, _FIRST_SLICE, _LAST_SLICE = (
    np.int32(_bits([c for c in _CUBE if c[axis] == end])) for axis in (2, 1, 0) for end in (0, 2)
)


def thin(is_inside: AnyArray) -> ByteArray:
    """Return 1 where the skeleton of a body is.

    Parameters
    ----------
    is_inside : (slices, rows, columns) bool
        The body; what lies beyond the array is background. One slice is thinned in its plane.

    Raises
    ------
    Cancelled
        When whoever listens to the progress asked to stop.
    """
    voxels = np.pad(is_inside.astype(np.uint8), 1)
    steps = np.array(voxels.strides, np.int64)
    directions = [d for d in _DIRECTIONS if len(is_inside) > 1 or not d[0]]
    offsets = np.array([np.dot(d, steps) for d in directions])
    flat = voxels.reshape(-1)
    border = _first_border(flat, offsets, int(steps[0]))
    for _ in track(count(), "segment.skeleton", total=max(is_inside.shape) // 2 + 2):
        n_gone = 0
        for toward in offsets.tolist():
            border, n_here = _peel(flat, border, toward, offsets, steps)
            n_gone += n_here
        if not n_gone:
            break
    return np.minimum(voxels[1:-1, 1:-1, 1:-1], 1)


def _first_border(flat: ByteArray, offsets: AnyArray, slice_step: int) -> AnyArray:
    """Mark the voxels that face background, and return where they are."""
    places = []
    for start in range(slice_step, flat.size - slice_step, slice_step):
        here = flat[start : start + slice_step]
        faces = [flat[start + d : start + d + slice_step] == 0 for d in offsets.tolist()]
        places.append(np.flatnonzero(here & np.logical_or.reduce(faces)) + start)
    border = np.concatenate(places)
    flat[border] = _BORDER
    return border


def _peel(
    flat: ByteArray, border: AnyArray, toward: int, offsets: AnyArray, steps: AnyArray
) -> tuple[AnyArray, int]:
    """Remove what may go on one side; return the border that there is then, and how many went."""
    may_go = np.zeros(border.size, np.uint8)
    if border.size < _SPREAD_FROM:
        _look_up(0, border.size, flat, border, toward, steps, may_go)
    else:
        spread(_look_up, border.size, flat, border, toward, steps, may_go)
    chosen = np.sort(border[may_go > 0])
    fresh = np.empty(chosen.size * len(offsets), np.int64)
    n_gone, n_fresh = _remove(flat, chosen, offsets, steps, fresh)
    if not n_gone:
        return border, 0
    return np.concatenate([border[flat[border] != _GONE], fresh[:n_fresh]]), n_gone


@kernel()
def _look_up(
    first: int,
    last: int,
    flat: ByteArray,
    border: AnyArray,
    toward: int,
    steps: AnyArray,
    may_go: ByteArray,
) -> None:
    for n in range(first, last):
        at = border[n]
        if flat[at + toward] == 0:
            around = _neighbors(flat, at, steps)
            if not _is_line_end(around) and _is_simple(around):
                may_go[n] = 1


@kernel()
def _remove(
    flat: ByteArray, chosen: AnyArray, offsets: AnyArray, steps: AnyArray, fresh: AnyArray
) -> tuple[int, int]:
    """Remove one voxel after the other while it may still go; list what that lays bare."""
    n_gone, n_fresh = 0, 0
    for at in chosen:
        around = _neighbors(flat, at, steps)
        if _is_line_end(around) or not _is_simple(around):
            continue
        flat[at] = 0
        n_gone += 1
        for offset in offsets:
            if flat[at + offset] == 1:
                flat[at + offset] = 2
                fresh[n_fresh] = at + offset
                n_fresh += 1
    return n_gone, n_fresh


@kernel(inline=True)
def _neighbors(flat: ByteArray, at: int, steps: AnyArray) -> np.int32:
    """Return which of the 26 neighbors are inside, as bits."""
    bits = np.int32(0)
    for k in range(3):
        for j in range(3):
            start = at + (k - 1) * steps[0] + (j - 1) * steps[1]
            for i in range(3):
                bits |= np.int32((flat[start + i - 1] != 0) << (9 * k + 3 * j + i))
    return bits & _AROUND


@kernel(inline=True)
def _is_line_end(around: np.int32) -> bool:
    """Whether there is exactly one neighbor; a voxel by itself is not simple anyway."""
    return around != 0 and (around & (around - np.int32(1))) == 0


@kernel(inline=True)
def _is_simple(around: np.int32) -> bool:
    """Whether the body and what is around it are one part each, next to the voxel."""
    if around == 0:
        return False
    reached, before = around & -around, np.int32(0)
    while reached != before:  # through faces, edges and corners: spread along one axis, then more
        before = reached
        grown = _along_columns(reached)
        grown = _along_rows(grown)
        reached = _along_slices(grown) & around
    if reached != around:
        return False
    outside = ~around & _N18
    faces = outside & _FACES
    reached, before = faces & -faces, np.int32(0)
    while reached != before:  # through faces only
        before = reached
        grown = _along_columns(reached) | _along_rows(reached) | _along_slices(reached)
        reached = grown & outside
    return (reached & faces) == faces and faces != 0


@kernel(inline=True)
def _along_columns(bits: np.int32) -> np.int32:
    return bits | ((bits & ~_LAST_COLUMNS) << 1) | ((bits & ~_FIRST_COLUMNS) >> 1)


@kernel(inline=True)
def _along_rows(bits: np.int32) -> np.int32:
    return bits | ((bits & ~_LAST_ROWS) << 3) | ((bits & ~_FIRST_ROWS) >> 3)


@kernel(inline=True)
def _along_slices(bits: np.int32) -> np.int32:
    return bits | ((bits & ~_LAST_SLICE) << 9) | ((bits & ~_FIRST_SLICE) >> 9)
