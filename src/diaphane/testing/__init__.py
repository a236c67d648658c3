"""Laws and hypothesis strategies, for the tests of Diaphane and of what is built on it.

A law is a function that raises ``AssertionError``, with the numbers that broke it:
:func:`assert_adjoint` (⟨Ax, y⟩ = ⟨x, A*y⟩), :func:`assert_linear`, :func:`assert_isometry`,
:func:`assert_round_trip`, :func:`assert_affine_group`, :func:`assert_same`. They take plain
callables, so that any operator, format or map can be held to them::

    from diaphane.testing import assert_adjoint

    assert_adjoint(np.fft.fft, lambda y: len(y) * np.fft.ifft(y), (8,), (8,), dtype=complex)

A strategy makes values for hypothesis: :func:`affines`, :func:`grids`, :func:`images`,
:func:`label_maps`. Only these need hypothesis, which is loaded when they are first named.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from diaphane.testing.laws import (
    assert_adjoint,
    assert_affine_group,
    assert_isometry,
    assert_linear,
    assert_round_trip,
    assert_same,
)

if TYPE_CHECKING:
    from diaphane.testing.strategies import affines, grids, images, label_maps

_STRATEGIES = ("affines", "grids", "images", "label_maps")

__all__ = [
    "affines",
    "assert_adjoint",
    "assert_affine_group",
    "assert_isometry",
    "assert_linear",
    "assert_round_trip",
    "assert_same",
    "grids",
    "images",
    "label_maps",
]


def __getattr__(name: str) -> Any:
    """Load the strategies, and hypothesis with them, on first use."""
    if name in _STRATEGIES:
        return getattr(import_module("diaphane.testing.strategies"), name)
    raise AttributeError(f"module 'diaphane.testing' has no attribute {name!r}")
