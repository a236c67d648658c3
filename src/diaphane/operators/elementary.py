"""Maps that work on each number by itself."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.operators.protocol import check_shape


@dataclass(frozen=True, eq=False)
class Identity:
    """The map that changes nothing."""

    domain: tuple[int, ...]
    """The shape of what it takes and gives."""

    @property
    def range(self) -> tuple[int, ...]:
        """The same shape."""
        return self.domain

    def forward(self, values: AnyArray) -> AnyArray:
        """Return `values`."""
        check_shape("Identity.forward", values, self.domain)
        return values

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return `values`."""
        check_shape("Identity.adjoint", values, self.domain)
        return values


@dataclass(frozen=True, eq=False)
class Diagonal:
    """Every number times a factor of its own."""

    factors: AnyArray
    """The factors, real or complex."""

    @property
    def domain(self) -> tuple[int, ...]:
        """The shape of the factors."""
        return self.factors.shape

    @property
    def range(self) -> tuple[int, ...]:
        """The same shape."""
        return self.factors.shape

    def forward(self, values: AnyArray) -> AnyArray:
        """Return the factors times `values`."""
        check_shape("Diagonal.forward", values, self.domain)
        return self.factors * values

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return the conjugate factors times `values`."""
        check_shape("Diagonal.adjoint", values, self.range)
        return np.conj(self.factors) * values


@dataclass(frozen=True, eq=False)
class Mask:
    """The numbers at chosen places, in one line; its adjoint puts them back among zeros."""

    chosen: AnyArray
    """Where true: of the shape of what it takes."""

    def __post_init__(self) -> None:
        if self.chosen.dtype != np.bool_:
            raise InputError(f"Mask.chosen must be true or false, got {self.chosen.dtype}")

    @property
    def domain(self) -> tuple[int, ...]:
        """The shape of the mask."""
        return self.chosen.shape

    @property
    def range(self) -> tuple[int, ...]:
        """How many places are chosen."""
        return (int(np.count_nonzero(self.chosen)),)

    def forward(self, values: AnyArray) -> AnyArray:
        """Return the chosen numbers in array order."""
        check_shape("Mask.forward", values, self.domain)
        return values[self.chosen]

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return an array of the domain's shape, 0 at all places that are not chosen."""
        check_shape("Mask.adjoint", values, self.range)
        back = np.zeros(self.domain, values.dtype)
        back[self.chosen] = values
        return back
