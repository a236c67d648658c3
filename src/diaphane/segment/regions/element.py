"""Structuring elements: the little body with which morphology probes an image, in millimeters."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import GeometryError, InputError
from diaphane.image import Labels
from diaphane.options import Range
from diaphane.space import Grid

TOUCH = 1 + 1e-5  # what float32 rounds must not decide whether a voxel's center is still inside

_Reach = Annotated[float, Range(0.01, 500, scale="log", unit="mm")]
_Component = Annotated[float, Range(-1, 1)]


@dataclass(frozen=True)
class Element:
    """A structuring element: the voxels whose centers lie within a body around the middle one.

    On a photograph, whose millimeters nobody knows, lengths count pixels.

    Examples
    --------
    In a chain: ``element = { shape = "cylinder", radius_mm = 2, half_height_mm = 6 }``.
    """

    shape: Literal["ball", "box", "cross", "line", "cylinder"] = "ball"
    """A box and a cross lie along the grid's axes; a line and a cylinder along `direction`."""
    radius_mm: _Reach = 2.0
    """How far it reaches from its middle: half the edge of a box, half the length of a line."""
    half_height_mm: _Reach | None = None
    """How far a cylinder reaches along its axis; by default as far as its radius."""
    direction: tuple[_Component, _Component, _Component] = (0.0, 0.0, 1.0)
    """Of a line or cylinder, in LPS (x, y, z); its length does not matter."""
    within: Literal["volume", "slices"] = "volume"
    """Whether it reaches into neighboring slices; a ball within slices is a disc."""


def footprints(element: Element, grid: Grid, step: str) -> list[AnyArray]:
    """Return the element's voxels as arrays to be applied one after the other.

    Returns
    -------
    list of (odd, odd, odd) bool
        Their middle voxels are the element's; it reaches no farther than the grid is wide. A box
        is the sum of three lines.

    Raises
    ------
    InputError
        When it holds no voxel but the middle one, or a direction has no length.
    """
    steps_mm = grid.affine.steps_mm
    index = _indices(element, grid)
    points = np.tensordot(index, steps_mm, axes=(0, 0))
    size = np.linalg.norm(steps_mm, axis=1)
    held = _held(element, index, points, steps_mm, size, step)
    if element.within == "slices":
        held &= index[0] == 0
    if held.sum() == 1 and max(grid.shape) > 1:
        _refuse_small(element, grid, step)
    if element.shape != "box":
        return [_trimmed(held)]
    z, y, x = (slice(n // 2, n // 2 + 1) for n in held.shape)
    lines = held[:, y, x], held[z, :, x], held[z, y]
    return [_trimmed(line) for line in lines if line.sum() > 1]


def own_footprint(own: Labels, grid: Grid, step: str) -> AnyArray:
    """Return an element of one's own: the labeled voxels around the middle one of its grid.

    Raises
    ------
    GeometryError
        When its voxels are not as large as the image's, or it has no middle voxel.
    InputError
        When its middle voxel is not labeled, or no other is.
    """
    if any(n % 2 == 0 for n in own.grid.shape):
        raise GeometryError(
            f"{step} needs an element with a middle voxel, so odd numbers of voxels, got "
            f"{' × '.join(map(str, own.grid.shape))}"
        )
    apart = np.abs(own.grid.affine.steps_mm - grid.affine.steps_mm).max()
    if own.grid.unit != grid.unit or apart > 1e-3 * max(grid.spacing_mm):
        raise GeometryError(
            f"{step} needs an element with the image's voxels of {_edges(grid)}, got "
            f"{_edges(own.grid)}: resample it first"
        )
    held = own.values != 0
    if not held[tuple(n // 2 for n in held.shape)]:
        raise InputError(f"{step} needs an element whose middle voxel is labeled, got one without")
    if held.sum() == 1:
        raise InputError(f"{step} needs an element of more than its middle voxel")
    return _trimmed(held)


def _indices(element: Element, grid: Grid) -> AnyArray:
    """Return the offsets of all voxels that may belong: shape (3, odd, odd, odd)."""
    tall = element.half_height_mm if element.shape == "cylinder" else None
    farthest = float(np.hypot(element.radius_mm, tall or element.radius_mm))
    if element.shape in ("box", "cross"):
        per_mm = 1 / np.asarray(grid.spacing_mm)
        farthest = element.radius_mm
    else:
        per_mm = np.linalg.norm(np.linalg.inv(grid.affine.steps_mm), axis=0)
    reach = [min(int(farthest * TOUCH * f + 1e-9), n - 1) for f, n in zip(per_mm, grid.shape)]
    if element.within == "slices":
        reach[0] = 0
    return np.stack(np.meshgrid(*[np.arange(-n, n + 1) for n in reach], indexing="ij"))


def _held(
    element: Element,
    index: AnyArray,
    points_mm: DoubleArray,
    steps_mm: DoubleArray,
    size_mm: DoubleArray,
    step: str,
) -> AnyArray:
    """Return which offsets belong to the element."""
    radius = element.radius_mm * TOUCH
    if element.shape == "ball":
        return np.asarray(np.linalg.norm(points_mm, axis=-1) <= radius)
    along_axes = np.abs(index) * size_mm[:, None, None, None]
    if element.shape == "box":
        return np.asarray((along_axes <= radius).all(axis=0))
    if element.shape == "cross":
        near = (along_axes <= radius).all(axis=0)
        return np.asarray(near & ((index != 0).sum(axis=0) <= 1))
    length = float(np.linalg.norm(element.direction))
    if length == 0:
        raise InputError(f"{step}: element.direction must not be (0, 0, 0)")
    direction = np.asarray(element.direction) / length
    if element.shape == "line":
        return _line(index, direction @ np.linalg.inv(steps_mm), radius)
    along = points_mm @ direction
    across = np.linalg.norm(points_mm - along[..., None] * direction, axis=-1)
    tall = (element.half_height_mm or element.radius_mm) * TOUCH
    return np.asarray((across <= radius) & (np.abs(along) <= tall))


def _line(index: AnyArray, per_mm: DoubleArray, reach_mm: float) -> AnyArray:
    """Return the voxels nearest to a line, one for each step along the axis it follows most."""
    axis = int(np.argmax(np.abs(per_mm)))
    way = per_mm / per_mm[axis]
    nearest = np.round(index[axis][None] * way[:, None, None, None])
    near = np.abs(index[axis] / per_mm[axis]) <= reach_mm
    return np.asarray((index == nearest).all(axis=0) & near)


def _refuse_small(element: Element, grid: Grid, step: str) -> None:
    raise InputError(
        f"{step}: an element {element.shape!r} of radius_mm = {element.radius_mm:g} holds no voxel "
        f"but its own, where voxels are {_edges(grid)}: choose a larger one"
    )


def _edges(grid: Grid) -> str:
    unit = "mm" if grid.unit == "mm" else "pixels"
    return f"{' × '.join(f'{s:.4g}' for s in grid.spacing_mm)} {unit}"


def _trimmed(held: AnyArray) -> AnyArray:
    """Return the smallest array around the same middle that holds all that is true."""
    where = np.nonzero(held)
    keep = []
    for at, n in zip(where, held.shape):
        middle = n // 2
        reach = int(np.abs(at - middle).max())
        keep.append(slice(middle - reach, middle + reach + 1))
    return np.ascontiguousarray(held[tuple(keep)])
