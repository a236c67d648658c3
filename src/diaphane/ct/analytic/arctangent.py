# ruff: noqa: ANN001, ANN201
"""The angle of a ray from its slope, for kernels: LLVM has no arc tangent that runs in lanes."""

import numpy as np

from diaphane.simd import kernel, sqrt

WIDEST_RAD = np.deg2rad(80)
"""The largest angle for which :func:`arctangent` holds."""

_C0, _C1, _C2, _C3, _C4, _C5, _C6 = (
    np.float32(c)
    for c in (0.9999999, -0.33331692, 0.19961087, -0.13930967, 0.09500347, -0.04986363, 0.01342873)
)
_ONE, _TWO = np.float32(1), np.float32(2)


@kernel(inline=True)
def arctangent(slope):
    """Return the angle in rad of a float32 slope up to tan 80°, to 2e-7.

    The slope of half the angle is below 0.84; there a polynomial in its square suffices, fitted
    at Chebyshev's nodes.
    """
    half = slope / (_ONE + sqrt(_ONE + slope * slope))
    q = half * half
    low = _C0 + q * (_C1 + q * (_C2 + q * _C3))
    return _TWO * half * (low + q * q * q * q * (_C4 + q * (_C5 + q * _C6)))
