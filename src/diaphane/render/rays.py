"""The kernel that follows each ray from the eye into the body.

Along a ray at distance s the body takes up light by μ(s) per mm and gives off its color c(s), so
that with transmittance T the picture's premultiplied color and its opacity are ::

    C = ∫ T(s) μ(s) c(s) ds          T(s) = exp(-∫ μ ds)          A = 1 - T(end)

Between two samples the value v is taken to change evenly. The mean of μ over a segment is then
``(K(v1) - K(v0)) / (v1 - v0)`` with ``K(v) = ∫ μ dv``, read from a table, and likewise that of
μ c: a thin shell of opacity is not missed between two samples, and the result hardly depends on
their distance.

Source: N. Max, "Optical models for direct volume rendering", IEEE TVCG 1995, eq. 8; K. Engel,
M. Kraus, T. Ertl, "High-quality pre-integrated volume rendering", 2001, without the attenuation
within a segment.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray, FloatArray
from diaphane.render.light import Light
from diaphane.render.sampling import brick_of, go, sample, start_ray, to_brick_end, within
from diaphane.simd import kernel

_OPAQUE = 0.004
"""Transmittance below which a ray is given up: one gray level out of 255."""
_UNLIT = 0.008
"""What adds less to a pixel is lit as a cloud, without a normal."""

_NEAR, _FARTHER, _WIDE, _SHADOW = 1.7, 4.3, 6.0, 1.7
"""How many cells above a surface the darkness and the shadow are looked up."""
_NEAR_WEIGHT, _FARTHER_WEIGHT, _WIDE_WEIGHT = 2.0, 2.5, 3.0
_WRAP_KEY, _WRAP_FILL = 0.25, 0.4
"""How far light reaches round an edge: a soft lamp is large."""


_KEY, _FILL, _UP, _EYE = 0, 1, 2, 3
"""Rows of the lamps."""


class Scene(NamedTuple):
    """All that the kernel needs to know of the body."""

    values: AnyArray
    """The volume, framed by air: int16."""
    to_index: DoubleArray
    """From LPS mm to its indices: shape (3, 4)."""
    occupied: ByteArray
    """Whether anything is seen in a brick."""
    integrals: DoubleArray
    """``∫ μ dv`` and ``∫ μ c dv``: shape (n_bins, 4)."""
    bins: DoubleArray
    """The value of the first bin, the width of a bin, the value below which nothing is seen."""
    structures: ByteArray
    """Each voxel's label, or of shape (1, 1, 1)."""
    tints: DoubleArray
    """Each label's color as light, and how much of it is mixed in: shape (256, 4)."""


@kernel(inline=True)
def _change(
    integrals: DoubleArray, bins: DoubleArray, low: float, high: float, column: int
) -> float:
    """Return ``∫ μ dv`` (column 0) or ``∫ μ c dv`` (1, 2, 3) from one value to another."""
    a, b = (low - bins[0]) / bins[1], (high - bins[0]) / bins[1]
    m = min(max(int(a), 0), integrals.shape[0] - 2)
    n = min(max(int(b), 0), integrals.shape[0] - 2)
    first = integrals[m, column] + (integrals[m + 1, column] - integrals[m, column]) * (a - m)
    last = integrals[n, column] + (integrals[n + 1, column] - integrals[n, column]) * (b - n)
    return last - first


@kernel(inline=True)
def _dot(a: DoubleArray, b: DoubleArray) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel(inline=True)
def _along(rows: DoubleArray, n: int, vector: DoubleArray) -> float:
    """Return the product of row `n` and a vector."""
    return rows[n, 0] * vector[0] + rows[n, 1] * vector[1] + rows[n, 2] * vector[2]


@kernel(inline=True)
def _fall(values: AnyArray, to_index: DoubleArray, place: AnyArray, normal: DoubleArray) -> float:
    """Write the direction in which the value falls, in LPS, and return its change per mm."""
    k, j, i = place[0], place[1], place[2]
    dk = (sample(values, k - 1, j, i) - sample(values, k + 1, j, i)) / 2
    dj = (sample(values, k, j - 1, i) - sample(values, k, j + 1, i)) / 2
    di = (sample(values, k, j, i - 1) - sample(values, k, j, i + 1)) / 2
    for x in range(3):
        normal[x] = dk * to_index[0, x] + dj * to_index[1, x] + di * to_index[2, x]
    change = np.sqrt(_dot(normal, normal))
    for x in range(3):
        normal[x] /= max(change, 1e-6)
    return change


@kernel(inline=True)
def _above(
    cells: FloatArray,
    frame: DoubleArray,
    to_index: DoubleArray,
    place: AnyArray,
    normal: DoubleArray,
    height: float,
) -> float:
    """Look up a cell `height` mm above a place."""
    k = place[0] + height * _along(to_index, 0, normal)
    j = place[1] + height * _along(to_index, 1, normal)
    i = place[2] + height * _along(to_index, 2, normal)
    return sample(
        cells,
        k * frame[0, 0] + frame[1, 0],
        j * frame[0, 1] + frame[1, 1],
        i * frame[0, 2] + frame[1, 2],
    )


@kernel()
def _light_up(
    values: AnyArray,
    to_index: DoubleArray,
    near: FloatArray,
    wide: FloatArray,
    key: FloatArray,
    frame: DoubleArray,
    lamps: DoubleArray,
    strengths: DoubleArray,
    place: AnyArray,
    normal: DoubleArray,
    lit: DoubleArray,
) -> None:
    """Write how brightly a place shines with its own color, and its white gloss."""
    change = _fall(values, to_index, place, normal)
    if _along(lamps, _EYE, normal) < 0:
        for x in range(3):
            normal[x] = -normal[x]
    cell = strengths[5]
    dark = _NEAR_WEIGHT * _above(near, frame, to_index, place, normal, _NEAR * cell)
    dark += _FARTHER_WEIGHT * _above(near, frame, to_index, place, normal, _FARTHER * cell)
    dark += _WIDE_WEIGHT * _above(wide, frame, to_index, place, normal, _WIDE * cell)
    open_sky = 1 / (1 + dark + dark * dark)
    reached = _above(key, frame, to_index, place, normal, _SHADOW * cell)
    to_key, to_eye = _along(lamps, _KEY, normal), _along(lamps, _EYE, normal)
    facing_key = max(0.0, (to_key + _WRAP_KEY) / (1 + _WRAP_KEY))
    facing_fill = max(0.0, (_along(lamps, _FILL, normal) + _WRAP_FILL) / (1 + _WRAP_FILL))
    mirrored = max(0.0, to_key + to_eye) ** 2 / strengths[7]
    mirrored *= mirrored * mirrored
    mirrored *= mirrored
    surface = strengths[0] * open_sky * (0.8 + 0.2 * _along(lamps, _UP, normal))
    surface += strengths[1] * facing_key * reached + strengths[2] * facing_fill * open_sky
    sharp = change * change / (change * change + strengths[6] ** 2)
    lit[0] = sharp * surface + (1 - sharp) * strengths[4] * (0.4 + 0.6 * reached)
    lit[1] = sharp * strengths[3] * strengths[1] * mirrored * mirrored * reached


@kernel(inline=True)
def _jitter(px: int, py: int) -> float:
    """Return a number in 0…1 that looks random and is the same each time."""
    n = (px * 374761393 + py * 668265263) & 0x7FFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0x7FFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65536.0


@kernel(inline=True)
def _label_at(structures: ByteArray, place: AnyArray) -> int:
    if structures.size == 1:
        return 0
    return int(structures[int(place[0] + 0.5), int(place[1] + 0.5), int(place[2] + 0.5)])


@kernel(inline=True)
def _add(
    integrals: DoubleArray,
    bins: DoubleArray,
    low: float,
    high: float,
    share: float,
    tints: DoubleArray,
    label: int,
    lit: DoubleArray,
    pixel: DoubleArray,
) -> None:
    """Add to a pixel what a segment gives off whose value runs from `low` to `high`."""
    whole = _change(integrals, bins, low, high, 0)
    for c in range(3):
        color = _change(integrals, bins, low, high, c + 1) / whole
        color += tints[label, 3] * (tints[label, c] - color)
        pixel[c] += share * (color * lit[0] + lit[1])


@kernel()
def _follow(
    values: AnyArray,
    to_index: DoubleArray,
    occupied: ByteArray,
    integrals: DoubleArray,
    bins: DoubleArray,
    structures: ByteArray,
    tints: DoubleArray,
    near: FloatArray,
    wide: FloatArray,
    key: FloatArray,
    frame: DoubleArray,
    lamps: DoubleArray,
    strengths: DoubleArray,
    origin: DoubleArray,
    direction: DoubleArray,
    step_mm: float,
    jitter: float,
    place: AnyArray,
    middle: DoubleArray,
    normal: DoubleArray,
    lit: DoubleArray,
    pixel: DoubleArray,
) -> None:
    """Follow one ray from front to back; write its premultiplied light and its opacity."""
    s, far = within(values, origin, direction)
    left, length = 1.0, step_mm * (1 - jitter)
    go(origin, direction, s, place)
    value = sample(values, place[0], place[1], place[2])
    while s < far and left > _OPAQUE:
        if not brick_of(occupied, place):
            # whole steps, so that samples stay evenly spaced, and none beyond the brick
            n_steps = int(to_brick_end(place, direction) / step_mm)
            if n_steps > 0:
                s += n_steps * step_mm
                go(origin, direction, s, place)
                value = sample(values, place[0], place[1], place[2])
                continue
        length = min(length, far - s)
        go(origin, direction, s + length / 2, middle)
        go(origin, direction, s + length, place)
        following = sample(values, place[0], place[1], place[2])
        low, high = min(value, following), max(value, following)
        value, s = following, s + length
        if high > bins[2]:
            widen = max(0.0, (bins[1] - (high - low)) / 2)
            low, high = low - widen, high + widen
            opacity = _change(integrals, bins, low, high, 0) / (high - low)
            if opacity > 0:
                passed = np.exp(-opacity * length)
                share = left * (1 - passed)
                lit[0], lit[1] = strengths[4], 0.0
                if share > _UNLIT:
                    _light_up(
                        values, to_index, near, wide, key, frame, lamps, strengths,
                        middle, normal, lit,
                    )  # fmt: skip
                label = _label_at(structures, middle)
                _add(integrals, bins, low, high, share, tints, label, lit, pixel)
                left *= passed
        length = step_mm
    pixel[3] = 1 - left


@kernel()
def cast_rows(
    first: int,
    last: int,
    scene: Scene,
    light: Light,
    sight: DoubleArray,
    step_mm: float,
    picture: FloatArray,
) -> None:
    """Follow the rays of rows ``first … last``; write red, green, blue light and opacity.

    Everything is taken out of the tuples here, once: in a loop Numba would count references to
    each array on each turn, and the threads would wait for one another.
    """
    values, to_index, occupied, integrals, bins, structures, tints = scene
    near, wide, key, frame, lamps, strengths = light
    origin, direction = np.empty(3), np.empty(3)
    place, middle, normal, lit = np.empty(3), np.empty(3), np.empty(3), np.empty(2)
    pixel = np.empty(4)
    for py in range(first, last):
        for px in range(picture.shape[1]):
            pixel[:] = 0
            start_ray(sight, to_index, px, py, origin, direction)
            _follow(
                values, to_index, occupied, integrals, bins, structures, tints,
                near, wide, key, frame, lamps, strengths, origin, direction,
                step_mm, _jitter(px, py), place, middle, normal, lit, pixel,
            )  # fmt: skip
            for c in range(4):
                picture[py, px, c] = pixel[c]
