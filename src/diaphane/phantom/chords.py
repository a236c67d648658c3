"""Kernels: where lines cross the parts of a body, and which part owns each piece of a line.

A line ``o + t d`` is inside a part for t in one interval. With ``p = M (o - center)`` and
``q = M d``, the quadric ``|p + t q|² <= 1`` holds between the roots of ``a t² + 2 b t + c``, where
``a = q·q``, ``b = p·q``, ``c = p·p - 1``; each plane ``n·x <= offset`` then takes away one end. The
line is measured from its point nearest to the center, so that nothing is lost to rounding when
the source is far away.

Lines come in groups and blocks of neighbors. Parts whose ball no line of the group, and then of
the block, can meet are left out first; the intervals of the others are found for all lines of the
block at once, in loops without branches, which the compiler turns into vector instructions.
"""

from typing import Any

import numba as nb
import numpy as np

BLOCK = 64
"""Lines whose crossings are found together."""
GROUP = 256
"""Lines for which the parts that are far away are left out together."""

_FAR = 1e12  # beyond every end of a part, in mm
_PARALLEL = 1e-20  # of a squared slope: less is a line along the axis of a cylinder
_SLANT = 1e-12  # of a cosine: less is a line along a plane
_FAST = {"contract", "reassoc", "nsz", "arcp"}
JIT: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": _FAST}
"""How every kernel here is compiled: NaN and infinity keep their meaning."""


@nb.njit(nogil=True, **JIT)
def line_integrals(first, last, origins, directions, packed, adds, out):  # noqa: ANN001, ANN201
    """Write into `out` the integral of the attenuation along each line of some groups.

    `packed` holds matrices (n, 9), centers (n, 3), radii (n,), values (n,), planes (m, 4) and the
    index of each part's first plane (n + 1,).
    """
    n_parts = len(packed[2])
    every = np.arange(n_parts)
    near = np.empty(n_parts, np.int64)
    lines = np.empty((6, GROUP))
    some = np.empty((6, BLOCK))
    for start in range(first * GROUP, min(last * GROUP, len(out)), GROUP):
        end = min(start + GROUP, len(out))
        gather(origins, directions, start, end, lines)
        n_near = candidates(lines, end - start, packed[1], packed[2], every, n_parts, near)
        for block in range(start, end, BLOCK):
            block_end = min(block + BLOCK, end)
            gather(origins, directions, block, block_end, some)
            _integrate(some, packed, near, n_near, adds, out[block:block_end])


@nb.njit(**JIT)
def gather(origins, directions, start, end, lines):  # noqa: ANN001, ANN201
    """Write some lines into `lines`, six rows: three of their origins, three of directions."""
    for i in range(start, end):
        for axis in range(3):
            lines[axis, i - start] = origins[i, axis]
            lines[3 + axis, i - start] = directions[i, axis]


@nb.njit(**JIT)
def _integrate(lines, packed, near, n_near, adds, out):  # noqa: ANN001, ANN202
    """Write the integrals of one block of lines into `out`, knowing the parts near its group."""
    n_lines = len(out)
    chosen = np.empty(n_near, np.int64)
    n_chosen = candidates(lines, n_lines, packed[1], packed[2], near, n_near, chosen)
    starts = np.empty((n_chosen, BLOCK))
    ends = np.empty((n_chosen, BLOCK))
    for k in range(n_chosen):
        crossings(lines, n_lines, chosen[k], packed, starts[k], ends[k])
    pieces = np.empty((3, 2 * n_chosen + 1))
    covered = np.empty((2, n_chosen + 1))
    for i in range(n_lines):
        if adds:
            n = add_up(starts[:, i], ends[:, i], packed[3], chosen, n_chosen, pieces)
        else:
            n = resolve(starts[:, i], ends[:, i], packed[3], chosen, n_chosen, covered, pieces)
        total = 0.0
        for j in range(n):
            total += (pieces[1, j] - pieces[0, j]) * pieces[2, j]
        out[i] = total


@nb.njit(**JIT)
def candidates(lines, n_lines, centers, radii, among, n_among, chosen):  # noqa: ANN001, ANN201
    """Write into `chosen` the parts whose ball one of the lines may meet; return how many.

    No line is farther from the middle one than ``apart + |t| slope``; and where it enters a ball,
    |t| is at most the ball's distance and radius together.
    """
    middle = n_lines // 2
    apart = 0.0
    slope = 0.0
    for i in range(n_lines):
        squared_apart = 0.0
        squared_slope = 0.0
        for axis in range(3):
            squared_apart += (lines[axis, i] - lines[axis, middle]) ** 2
            squared_slope += (lines[3 + axis, i] - lines[3 + axis, middle]) ** 2
        apart = max(apart, squared_apart)
        slope = max(slope, squared_slope)
    apart = np.sqrt(apart)
    slope = np.sqrt(slope)
    n_chosen = 0
    for k in range(n_among):
        part = among[k]
        along = 0.0
        squared = 0.0
        for axis in range(3):
            offset = centers[part, axis] - lines[axis, middle]
            along += offset * lines[3 + axis, middle]
            squared += offset * offset
        reach = radii[part] + apart + slope * (np.sqrt(squared) + radii[part] + apart)
        if squared - along * along <= reach * reach:
            chosen[n_chosen] = part
            n_chosen += 1
    return n_chosen


@nb.njit(**JIT)
def crossings(lines, n_lines, part, packed, start, end):  # noqa: ANN001, ANN201
    """Write where each line enters and leaves one part; ``start >= end`` where it misses."""
    matrices, centers, _, _, planes, first_plane = packed
    m = matrices[part]
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]
    cx, cy, cz = centers[part, 0], centers[part, 1], centers[part, 2]
    for i in range(n_lines):
        dx, dy, dz = lines[3, i], lines[4, i], lines[5, i]
        x, y, z = lines[0, i] - cx, lines[1, i] - cy, lines[2, i] - cz
        nearest = -(x * dx + y * dy + z * dz)
        x, y, z = x + nearest * dx, y + nearest * dy, z + nearest * dz
        px = m0 * x + m1 * y + m2 * z
        py = m3 * x + m4 * y + m5 * z
        pz = m6 * x + m7 * y + m8 * z
        qx = m0 * dx + m1 * dy + m2 * dz
        qy = m3 * dx + m4 * dy + m5 * dz
        qz = m6 * dx + m7 * dy + m8 * dz
        a = qx * qx + qy * qy + qz * qz
        b = px * qx + py * qy + pz * qz
        c = px * px + py * py + pz * pz - 1.0
        inside = b * b - a * c
        half = np.sqrt(max(inside, 0.0)) / max(a, _PARALLEL)
        middle = nearest - b / max(a, _PARALLEL)
        along = a < _PARALLEL
        start[i] = -_FAR if along else middle - half
        end[i] = (_FAR if c < 0.0 else -_FAR) if along else middle + half
    for k in range(first_plane[part], first_plane[part + 1]):
        nx, ny, nz, offset = planes[k, 0], planes[k, 1], planes[k, 2], planes[k, 3]
        for i in range(n_lines):
            slant = nx * lines[3, i] + ny * lines[4, i] + nz * lines[5, i]
            room = offset - (nx * lines[0, i] + ny * lines[1, i] + nz * lines[2, i])
            along = abs(slant) < _SLANT
            t = room / (1.0 if along else slant)
            low = t if slant < 0.0 else -_FAR
            high = t if slant > 0.0 else _FAR
            low = (-_FAR if room >= 0.0 else _FAR) if along else low
            high = _FAR if along else high
            start[i] = max(start[i], low)
            end[i] = min(end[i], high)


@nb.njit(**JIT)
def add_up(start, end, values, chosen, n_chosen, pieces):  # noqa: ANN001, ANN201
    """Write each part's interval as a piece of its own ``(start, end, value)``; return how many."""
    n = 0
    for k in range(n_chosen):
        if end[k] > start[k]:
            pieces[0, n], pieces[1, n], pieces[2, n] = start[k], end[k], values[chosen[k]]
            n += 1
    return n


@nb.njit(**JIT)
def resolve(start, end, values, chosen, n_chosen, covered, pieces):  # noqa: ANN001, ANN201
    """Write the pieces ``(start, end, value)`` where later parts replace earlier ones.

    The parts are taken from the last to the first. `covered` keeps, in order and apart from each
    other, the intervals that are owned already; each part owns what it finds uncovered.
    """
    n = 0
    n_covered = 0
    for k in range(n_chosen - 1, -1, -1):
        low, high = start[k], end[k]
        if not high > low:
            continue
        first = 0
        while first < n_covered and covered[1, first] < low:
            first += 1
        cursor = low
        last = first
        while last < n_covered and covered[0, last] <= high:
            if covered[0, last] > cursor:
                pieces[0, n], pieces[1, n] = cursor, covered[0, last]
                pieces[2, n] = values[chosen[k]]
                n += 1
            cursor = max(cursor, covered[1, last])
            last += 1
        if cursor < high:
            pieces[0, n], pieces[1, n], pieces[2, n] = cursor, high, values[chosen[k]]
            n += 1
        if last > first:
            low, high = min(low, covered[0, first]), max(high, cursor)
        n_covered = _put(covered, n_covered, first, last, low, high)
    return n


@nb.njit(**JIT)
def _put(covered, n_covered, first, last, low, high):  # noqa: ANN001, ANN202
    """Put the interval (low, high) in the place of those from `first` to `last`."""
    shift = 1 - (last - first)
    if shift > 0:
        for i in range(n_covered - 1, last - 1, -1):
            covered[0, i + 1], covered[1, i + 1] = covered[0, i], covered[1, i]
    elif shift < 0:
        for i in range(last, n_covered):
            covered[0, i + shift], covered[1, i + shift] = covered[0, i], covered[1, i]
    covered[0, first], covered[1, first] = low, high
    return n_covered + shift
