"""Array types, and the two things every flowing value does with its arrays: freeze and hash."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
DoubleArray = NDArray[np.float64]
IntArray = NDArray[np.int32]
ByteArray = NDArray[np.uint8]
AnyArray = NDArray[Any]


def frozen(values: AnyArray) -> AnyArray:
    """Return a C-contiguous, read-only view of `values` (a copy only where it was not contiguous).

    The array behind the view stays the caller's; whoever writes into it afterwards changes the
    picture, which nothing in Diaphane does.
    """
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def digest(values: AnyArray) -> str:
    """Return the SHA-256 of an array's type, shape and content, as hexadecimal text."""
    sha = hashlib.sha256(f"{values.dtype.str}{values.shape}".encode())
    sha.update(np.ascontiguousarray(values).view(np.uint8).reshape(-1).data)
    return sha.hexdigest()


def first_not_finite(values: AnyArray) -> tuple[int, ...] | None:
    """Return the index of the first NaN or infinity in `values`; ``None`` when there is none."""
    if values.dtype.kind not in "fc" or np.isfinite(np.sum(values, dtype=np.float64)):
        return None
    flat = np.flatnonzero(~np.isfinite(values))
    return tuple(int(i) for i in np.unravel_index(flat[0], values.shape)) if flat.size else None
