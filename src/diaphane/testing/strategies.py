"""Strategies for hypothesis: affines, grids, images and label maps as awkward as real ones.

Grids come small and large in spacing, odd and even in size, flat, oblique, sheared and of either
handedness, since each of these has broken somebody's geometry.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError(
        "the strategies of diaphane.testing need hypothesis: pip install 'diaphane[testing]'"
    ) from error

from diaphane.image import Image, Labels, Quantity
from diaphane.space import Affine, Grid

_NUMBERS: tuple[DTypeLike, ...] = (np.float32, np.int16, np.uint8)


def affines(
    *, spacing_mm: tuple[float, float] = (0.1, 10), sheared: bool = True
) -> st.SearchStrategy[Affine]:
    """Make affine maps: any spacing, orientation, origin and handedness.

    Parameters
    ----------
    spacing_mm : (2,) numbers
        Bounds of the three spacings.
    sheared : bool
        Whether some have a sheared slice axis, as a tilted gantry makes it (up to 30°).
    """
    low, high = np.log(spacing_mm)
    turns = st.floats(-180, 180)
    tilts = st.one_of(st.just(0.0), st.floats(-30, 30)) if sheared else st.just(0.0)
    return st.builds(
        _affine,
        logs=st.tuples(*[st.floats(float(low), float(high))] * 3),
        turns_deg=st.one_of(st.just((0.0, 0.0, 0.0)), st.tuples(turns, turns, turns)),
        tilts_deg=st.tuples(tilts, tilts),
        signs=st.tuples(*[st.sampled_from((1, -1))] * 3),
        origin_mm=st.tuples(*[st.floats(-500, 500)] * 3),
    )


def grids(
    *,
    sides: tuple[int, int] = (1, 9),
    spacing_mm: tuple[float, float] = (0.1, 10),
    sheared: bool = True,
) -> st.SearchStrategy[Grid]:
    """Make grids: of any affine, flat ones among them.

    Parameters
    ----------
    sides : (2,) integers
        Bounds of the numbers of slices, rows and columns; at least 2 leaves flat grids out.
    spacing_mm, sheared
        As in :func:`affines`.
    """
    shape = st.tuples(*[st.integers(*sides)] * 3)
    return st.builds(Grid, shape, affines(spacing_mm=spacing_mm, sheared=sheared))


def images(
    grids_of: st.SearchStrategy[Grid] | None = None,
    *,
    dtypes: Sequence[DTypeLike] = _NUMBERS,
    quantities: Sequence[Quantity] = (Quantity.HOUNSFIELD, Quantity.ATTENUATION),
) -> st.SearchStrategy[Image]:
    """Make images of finite random numbers.

    Parameters
    ----------
    grids_of : strategy, optional
        The grids; by default all of :func:`grids`.
    dtypes : list of data types
        Of the values; complex ones too.
    quantities : list of Quantity
        Of the values; ``COLOR`` gives three channels.
    """
    return st.builds(
        _image,
        grids() if grids_of is None else grids_of,
        st.sampled_from(list(dtypes)),
        st.sampled_from(list(quantities)),
        st.integers(0, 2**32 - 1),
    )


def label_maps(
    grids_of: st.SearchStrategy[Grid] | None = None, *, n_labels: int = 3
) -> st.SearchStrategy[Labels]:
    """Make label maps with up to `n_labels` structures, empty and full ones among them.

    Parameters
    ----------
    grids_of : strategy, optional
        The grids; by default all of :func:`grids`.
    n_labels : int
        The largest label.
    """
    return st.builds(
        _labels,
        grids() if grids_of is None else grids_of,
        st.just(n_labels),
        st.sampled_from((0.0, 0.2, 0.5, 0.9, 1.0)),
        st.integers(0, 2**32 - 1),
    )


def _affine(logs: Any, turns_deg: Any, tilts_deg: Any, signs: Any, origin_mm: Any) -> Affine:
    """Return steps of length exp(logs), flipped, the first one tilted, all turned about x, y, z."""
    steps = np.diag(np.exp(logs) * np.asarray(signs))[:, ::-1]
    steps[0, :2] = np.tan(np.deg2rad(tilts_deg)) * abs(steps[0, 2])
    for axis, turn in enumerate(np.deg2rad(turns_deg)):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        rotation = np.eye(3)
        rotation[[i, j], [i, j]] = np.cos(turn)
        rotation[i, j], rotation[j, i] = -np.sin(turn), np.sin(turn)
        steps = steps @ rotation.T
    return Affine.from_columns(steps, origin_mm)


def _image(grid: Grid, dtype: DTypeLike, quantity: Quantity, seed: int) -> Image:
    rng, kind = np.random.default_rng(seed), np.dtype(dtype).kind
    shape = grid.shape + ((3,) if quantity is Quantity.COLOR else ())
    values: Any = rng.normal(scale=50, size=shape)
    if kind == "c":
        values = values + 1j * rng.normal(scale=50, size=shape)
    if kind == "u" or quantity is Quantity.COLOR:
        values = abs(values)
    return Image(values.astype(dtype), grid, quantity)


def _labels(grid: Grid, n_labels: int, share: float, seed: int) -> Labels:
    rng = np.random.default_rng(seed)
    inside = rng.random(grid.shape) < share
    values = np.where(inside, rng.integers(1, n_labels + 1, grid.shape), 0).astype(np.uint8)
    return Labels(values, grid, {k: f"structure {k}" for k in range(1, n_labels + 1)})
