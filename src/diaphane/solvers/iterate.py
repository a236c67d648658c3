"""What a solver yields."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray

Map = Callable[[AnyArray], AnyArray]
"""From an array to an array."""


@dataclass(frozen=True, eq=False)
class Iterate:
    """Where a solver is after some steps."""

    values: AnyArray
    """x, the answer so far."""
    residual_norm: float
    """How far from the data it is, as the solver says."""
    number: int
    """Steps taken; 0 for the start."""


def norm(values: AnyArray) -> float:
    """Return the Euclidean length of an array, summed in double precision."""
    flat = np.ascontiguousarray(values).reshape(-1)
    if np.iscomplexobj(flat):
        return float(np.hypot(norm(np.real(flat)), norm(np.imag(flat))))
    return float(np.sqrt(np.einsum("i,i->", flat, flat, dtype=np.float64)))


def unchanged(values: AnyArray) -> AnyArray:
    """Return `values`: the projection onto everything."""
    return values
