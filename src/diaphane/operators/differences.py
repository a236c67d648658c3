"""Differences between neighbors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.operators.protocol import check_shape


@dataclass(frozen=True, eq=False)
class Gradient:
    """Differences to the next neighbor along each axis, per mm; 0 behind the last one.

    Axes of one voxel have no neighbors and are left out, so that a single slice has two
    components and a volume three.

    Examples
    --------
    >>> gradient = Gradient((1, 2, 3), (5.0, 1.0, 0.5))
    >>> gradient.range
    (2, 1, 2, 3)
    >>> gradient.forward(np.arange(6.0).reshape(1, 2, 3))[1].tolist()
    [[[2.0, 2.0, 0.0], [2.0, 2.0, 0.0]]]
    """

    domain: tuple[int, ...]
    """The shape of the image."""
    spacing_mm: Sequence[float] | None = None
    """From voxel to voxel along each axis; 1 where it is left out."""

    def __post_init__(self) -> None:
        spacing = self.spacing_mm if self.spacing_mm is not None else (1.0,) * len(self.domain)
        if len(spacing) != len(self.domain) or not all(d > 0 for d in spacing):
            raise InputError(
                f"Gradient.spacing_mm must be {len(self.domain)} numbers > 0, got {spacing}"
            )
        object.__setattr__(self, "spacing_mm", tuple(float(d) for d in spacing))

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes with more than one voxel."""
        return tuple(i for i, n in enumerate(self.domain) if n > 1)

    @property
    def range(self) -> tuple[int, ...]:
        """How many axes, and the shape of the image."""
        return (len(self.axes), *self.domain)

    def forward(self, values: AnyArray) -> AnyArray:
        """Return the components of the gradient, one for each axis."""
        check_shape("Gradient.forward", values, self.domain)
        components = np.zeros(self.range, values.dtype)
        for component, (axis, per_mm) in zip(components, self._axes_per_mm(values)):
            before, after = _neighbors(axis)
            np.subtract(values[after], values[before], out=component[before])
            component[before] *= per_mm
        return components

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return the negative divergence of a field of components."""
        check_shape("Gradient.adjoint", values, self.range)
        total = np.zeros(self.domain, values.dtype)
        for component, (axis, per_mm) in zip(values, self._axes_per_mm(values)):
            before, after = _neighbors(axis)
            flow = component[before] * per_mm
            total[before] -= flow
            total[after] += flow
        return total

    def _axes_per_mm(self, values: AnyArray) -> list[tuple[int, np.floating[Any]]]:
        """Return each axis with 1/spacing in the precision of `values`."""
        precision = np.finfo(values.dtype).dtype.type
        spacing = self.spacing_mm or ()
        return [(axis, precision(1 / spacing[axis])) for axis in self.axes]


def _neighbors(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return where the voxels with a next neighbor are along an axis, and where the neighbors."""
    whole = (slice(None),) * axis
    return (*whole, slice(None, -1)), (*whole, slice(1, None))
