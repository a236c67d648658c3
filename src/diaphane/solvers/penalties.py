"""What differences between neighbors cost."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError


@dataclass(frozen=True)
class Penalty:
    """The cost ψ of a difference t: ``t² / 2`` near 0, less where edges shall be kept."""

    cost: Callable[[AnyArray], AnyArray]
    """ψ(t), number by number."""
    slope: Callable[[AnyArray], AnyArray]
    """ψ'(t), never steeper than t: the curvature is at most 1."""


def quadratic() -> Penalty:
    """Return ``t² / 2``, which blurs edges as much as it calms noise."""
    return Penalty(lambda t: t * t / 2, lambda t: t)


def huber(edge: float) -> Penalty:
    """Return ``t² / 2`` up to `edge`, and ``edge (|t| - edge / 2)`` beyond: edges are kept."""
    _check(edge)

    def cost(t: AnyArray) -> AnyArray:
        inner = np.minimum(np.abs(t), edge)
        return inner * (np.abs(t) - inner / 2)

    return Penalty(cost, lambda t: np.clip(t, -edge, edge))


def fair(edge: float) -> Penalty:
    """Return ``edge² (|t|/edge - log(1 + |t|/edge))``, Huber's cost without its corner."""
    _check(edge)

    def cost(t: AnyArray) -> AnyArray:
        relative = np.abs(t) / edge
        return edge**2 * (relative - np.log1p(relative))

    return Penalty(cost, lambda t: t / (1 + np.abs(t) / edge))


def _check(edge: float) -> None:
    if not edge > 0:
        raise InputError(f"edge must be > 0, got {edge}")
