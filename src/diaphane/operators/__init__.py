"""Linear maps with their adjoints, and how they are combined.

An :class:`Operator` A takes arrays of shape ``domain`` to arrays of shape ``range``; its adjoint
A* goes back, so that ⟨A x, y⟩ = ⟨x, A* y⟩. Elementary ones are :class:`Identity`,
:class:`Diagonal`, :class:`Mask` and :class:`Gradient`; larger ones are made of them::

    compose(A, B)    A (B x)
    add(A, B)        A x + B x
    scale(A, a)      a A x
    stack(A, B)      A x and B x, one behind the other in one long line

A product mirrors its equation, and shapes are checked when it is made. Every operator passes
:func:`diaphane.testing.assert_adjoint` and :func:`diaphane.testing.assert_linear`.
"""

from diaphane.operators.combining import Composition, Scaled, Stack, Sum, add, compose, scale, stack
from diaphane.operators.differences import Gradient
from diaphane.operators.elementary import Diagonal, Identity, Mask
from diaphane.operators.protocol import Operator

__all__ = [
    "Composition",
    "Diagonal",
    "Gradient",
    "Identity",
    "Mask",
    "Operator",
    "Scaled",
    "Stack",
    "Sum",
    "add",
    "compose",
    "scale",
    "stack",
]
