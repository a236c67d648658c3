"""Operators made of operators; shapes are checked when they are made."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.operators.protocol import Operator, check_shape


@dataclass(frozen=True, eq=False)
class Composition:
    """A (B x): first `inner`, then `outer`."""

    outer: Operator
    """A."""
    inner: Operator
    """B."""

    def __post_init__(self) -> None:
        if self.outer.domain != self.inner.range:
            raise InputError(
                f"compose: the outer operator takes {self.outer.domain}, but the inner one gives "
                f"{self.inner.range}"
            )

    @property
    def domain(self) -> tuple[int, ...]:
        """What the inner one takes."""
        return self.inner.domain

    @property
    def range(self) -> tuple[int, ...]:
        """What the outer one gives."""
        return self.outer.range

    def forward(self, values: AnyArray) -> AnyArray:
        """Return A (B x)."""
        return self.outer.forward(self.inner.forward(values))

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return B* (A* y)."""
        return self.inner.adjoint(self.outer.adjoint(values))


@dataclass(frozen=True, eq=False)
class Sum:
    """A x + B x, and so on."""

    parts: tuple[Operator, ...]
    """The summands."""

    def __post_init__(self) -> None:
        shapes = {(part.domain, part.range) for part in self.parts}
        if len(shapes) != 1:
            raise InputError(f"add takes operators of one domain and range, got {sorted(shapes)}")

    @property
    def domain(self) -> tuple[int, ...]:
        """What each takes."""
        return self.parts[0].domain

    @property
    def range(self) -> tuple[int, ...]:
        """What each gives."""
        return self.parts[0].range

    def forward(self, values: AnyArray) -> AnyArray:
        """Return the sum of what each gives."""
        first, *others = (part.forward(values) for part in self.parts)
        return sum(others, first)

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return the sum of what each gives back."""
        first, *others = (part.adjoint(values) for part in self.parts)
        return sum(others, first)


@dataclass(frozen=True, eq=False)
class Scaled:
    """a A x."""

    operator: Operator
    """A."""
    factor: complex
    """a, real or complex."""

    @property
    def domain(self) -> tuple[int, ...]:
        """What A takes."""
        return self.operator.domain

    @property
    def range(self) -> tuple[int, ...]:
        """What A gives."""
        return self.operator.range

    def forward(self, values: AnyArray) -> AnyArray:
        """Return a A x."""
        return self.factor * self.operator.forward(values)

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return the conjugate of a, times A* y."""
        return self.factor.conjugate() * self.operator.adjoint(values)


@dataclass(frozen=True, eq=False)
class Stack:
    """A x, B x, …, one behind the other in one long line."""

    parts: tuple[Operator, ...]
    """The operators, all of one domain."""

    def __post_init__(self) -> None:
        domains = {part.domain for part in self.parts}
        if len(domains) != 1:
            raise InputError(f"stack takes operators of one domain, got {sorted(domains)}")

    @property
    def domain(self) -> tuple[int, ...]:
        """What each takes."""
        return self.parts[0].domain

    @property
    def range(self) -> tuple[int, ...]:
        """How many numbers all give together."""
        return (sum(self._sizes),)

    def forward(self, values: AnyArray) -> AnyArray:
        """Return what all give, in one line."""
        return np.concatenate([part.forward(values).ravel() for part in self.parts])

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return the sum of what each gives back of its own piece."""
        return sum(
            (part.adjoint(piece) for part, piece in zip(self.parts, self.split(values))),
            np.zeros(self.domain, values.dtype),
        )

    def split(self, values: AnyArray) -> list[AnyArray]:
        """Return the piece of each operator, in its own shape."""
        check_shape("Stack.adjoint", values, self.range)
        pieces = np.split(values, np.cumsum(self._sizes)[:-1])
        return [piece.reshape(part.range) for part, piece in zip(self.parts, pieces)]

    @property
    def _sizes(self) -> list[int]:
        return [int(np.prod(part.range)) for part in self.parts]


def compose(outer: Operator, inner: Operator) -> Composition:
    """Return the operator that applies `inner`, then `outer`."""
    return Composition(outer, inner)


def add(first: Operator, *others: Operator) -> Sum:
    """Return the sum of operators of one domain and range."""
    return Sum((first, *others))


def scale(operator: Operator, factor: complex) -> Scaled:
    """Return an operator times a number."""
    return Scaled(operator, factor)


def stack(first: Operator, *others: Operator) -> Stack:
    """Return the operator that gives what several operators of one domain give, in one line."""
    return Stack((first, *others))
