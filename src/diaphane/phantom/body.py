"""A body with a known answer: parts in a list, and the exact integral along any line."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.history import History
from diaphane.parallel import spread
from diaphane.phantom import chords
from diaphane.phantom.shapes import Part


@dataclass(frozen=True, eq=False)
class Body:
    """Parts that fill space, and what X-rays lose in them."""

    parts: tuple[Part, ...]
    """From the outside in: where parts meet, the order counts unless they add."""
    name: str = ""
    """What the body is."""
    combine: Literal["replace", "add"] = "replace"
    """Where parts overlap: a later part takes the place of an earlier one (anatomy), or their
    attenuations add (Shepp and Logan's way)."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        if self.combine not in ("replace", "add"):
            raise InputError(f"Body.combine must be 'replace' or 'add', got {self.combine!r}")

    def line_integrals(self, origins_mm: ArrayLike, directions: ArrayLike) -> DoubleArray:
        """Return the integral of the attenuation along whole lines, exact for every line.

        Parameters
        ----------
        origins_mm : (..., 3) numbers
            A point of each line in LPS mm. The lines reach to both sides of it, so that a source
            must stand outside of the body. Neighbors in order are fastest.
        directions : (..., 3) numbers
            Unit vectors, broadcast against the origins.

        Returns
        -------
        (...) float64
            Without unit: 1/mm times mm.

        Raises
        ------
        InputError
            When shapes do not fit, a number is not finite, or a direction has no unit length.

        Examples
        --------
        >>> from diaphane import phantom
        >>> ball = phantom.Body((phantom.Ellipsoid((0.0, 0.0, 0.0), (10.0, 10.0, 10.0), 0.02),))
        >>> float(ball.line_integrals((0.0, -100.0, 0.0), (0.0, 1.0, 0.0)))
        0.4
        """
        origins, directions = np.broadcast_arrays(
            np.asarray(origins_mm, dtype=np.float64), np.asarray(directions, dtype=np.float64)
        )
        _check_lines(origins, directions)
        out = np.zeros(origins.shape[:-1])
        if self.parts and out.size:
            spread(
                chords.line_integrals,
                -(-out.size // chords.GROUP),
                np.ascontiguousarray(origins).reshape(-1, 3),
                np.ascontiguousarray(directions).reshape(-1, 3),
                self.packed,
                self.combine == "add",
                out.reshape(-1),
            )
        return out

    def attenuation_at(self, points_mm: ArrayLike) -> DoubleArray:
        """Return the attenuation, in 1/mm, at LPS points (..., 3) in mm."""
        points = np.asarray(points_mm, dtype=np.float64)
        values = np.zeros(points.shape[:-1])
        for part in self.parts:
            offsets = (points - np.asarray(part.center_mm)) @ part.matrix.T
            inside = (offsets * offsets).sum(-1) <= 1
            for *normal, offset in part.planes:
                inside &= points @ np.asarray(normal) <= offset
            if self.combine == "add":
                values += part.attenuation_per_mm * inside
            else:
                values[inside] = part.attenuation_per_mm
        return values

    @cached_property
    def packed(self) -> tuple[Any, ...]:
        """The parts as arrays, for the kernels of :mod:`diaphane.phantom.chords`."""
        planes = [p.planes for p in self.parts]
        return (
            np.array([p.matrix.reshape(9) for p in self.parts]).reshape(-1, 9),
            np.array([p.center_mm for p in self.parts], dtype=np.float64).reshape(-1, 3),
            np.array([p.radius_mm for p in self.parts], dtype=np.float64),
            np.array([p.attenuation_per_mm for p in self.parts], dtype=np.float64),
            np.concatenate([np.zeros((0, 4)), *planes]),
            np.cumsum([0, *map(len, planes)]),
        )


def _check_lines(origins: DoubleArray, directions: DoubleArray) -> None:
    if origins.ndim < 1 or origins.shape[-1] != 3:
        raise InputError(f"origins_mm and directions must have shape (..., 3), got {origins.shape}")
    if not np.isfinite(origins).all():
        raise InputError("origins_mm must be finite, got NaN or infinity")
    squared = np.einsum("...i,...i->...", directions, directions)
    if not (np.abs(squared - 1) < 1e-6).all():
        raise InputError("directions must have unit length: divide each by its norm")
