"""How often each value occurs in an image."""

from dataclasses import dataclass, field

import numpy as np

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import InputError
from diaphane.history import History


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many values fall into each of several bins of equal width, and thresholds marked there.

    A bin holds its lower edge; the last one holds both edges.
    """

    counts: DoubleArray
    """Shape (n_bins,): how many values fall into each bin."""
    edges: DoubleArray
    """Shape (n_bins + 1,), growing, in the unit of the values."""
    smallest: float
    """The smallest value counted."""
    largest: float
    """The largest value counted."""
    unit: str = ""
    """Unit of the values; empty where there is none."""
    thresholds: tuple[float, ...] = ()
    """Values that are marked, growing."""
    name: str = ""
    """What the values measure."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        counts = np.asarray(self.counts, dtype=np.float64)
        edges = np.asarray(self.edges, dtype=np.float64)
        if edges.ndim != 1 or len(edges) < 2 or not (edges[1:] > edges[:-1]).all():
            raise InputError("Histogram.edges must be a growing list of at least two numbers")
        if counts.shape != (len(edges) - 1,) or not (counts >= 0).all():
            raise InputError(
                f"Histogram.counts must be {len(edges) - 1} numbers >= 0, got {counts.shape}"
            )
        object.__setattr__(self, "counts", frozen(counts))
        object.__setattr__(self, "edges", frozen(edges))
        object.__setattr__(self, "thresholds", tuple(float(t) for t in self.thresholds))

    @property
    def centers(self) -> DoubleArray:
        """The middles of the bins: shape (n_bins,)."""
        return (self.edges[:-1] + self.edges[1:]) / 2
