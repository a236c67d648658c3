"""What every linear map has."""

from typing import Protocol, runtime_checkable

from diaphane.arrays import AnyArray
from diaphane.errors import InputError


@runtime_checkable
class Operator(Protocol):
    """A linear map with its adjoint; neither changes what it is given."""

    @property
    def domain(self) -> tuple[int, ...]:
        """The shape of what `forward` takes."""
        ...

    @property
    def range(self) -> tuple[int, ...]:
        """The shape of what `forward` gives."""
        ...

    def forward(self, values: AnyArray) -> AnyArray:
        """Return A x."""
        ...

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return A* y."""
        ...


def check_shape(name: str, values: AnyArray, shape: tuple[int, ...]) -> None:
    """Raise :class:`~diaphane.errors.InputError` when an array has another shape."""
    if values.shape != shape:
        raise InputError(f"{name} takes an array of shape {shape}, got {values.shape}")
